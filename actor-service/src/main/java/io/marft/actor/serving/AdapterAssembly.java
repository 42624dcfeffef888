package io.marft.actor.serving;

import io.marft.schemas.record.AdapterChunk;
import io.marft.schemas.record.AdapterManifest;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Puts one agent's adapters together: manifests and chunks come from two topics, so in any order. Versions up to the
 * newest that was completed are passed over.
 *
 * <p>Not thread-safe.
 *
 * @param <S> where a manifest came from; handed back with it
 */
final class AdapterAssembly<S> {

    /** An adapter all of whose parts have come; the weights are as yet unverified. */
    @SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
    record Complete<S>(AdapterManifest manifest, byte[] weights, S source) {}

    private final Map<Long, Parts<S>> open = new TreeMap<>();
    private long newest;

    /** Takes a manifest; gives the adapter if this was its last missing part. */
    Optional<Complete<S>> add(AdapterManifest manifest, S source) {
        if (manifest.getVersion() <= newest) {
            return Optional.empty();
        }
        Parts<S> parts = parts(manifest.getVersion());
        parts.manifest = manifest;
        parts.source = source;
        return complete(manifest.getVersion(), parts);
    }

    /** Takes a chunk; gives the adapter if this was its last missing part. */
    Optional<Complete<S>> add(AdapterChunk chunk) {
        if (chunk.getVersion() <= newest) {
            return Optional.empty();
        }
        Parts<S> parts = parts(chunk.getVersion());
        parts.chunks.put(chunk.getIndex(), chunk.getData());
        return complete(chunk.getVersion(), parts);
    }

    private Parts<S> parts(long version) {
        return open.computeIfAbsent(version, v -> new Parts<>());
    }

    private Optional<Complete<S>> complete(long version, Parts<S> parts) {
        if (parts.manifest == null || parts.chunks.size() < parts.manifest.getChunks()) {
            return Optional.empty();
        }
        newest = version;
        open.keySet().removeIf(other -> other <= version);
        return Optional.of(new Complete<>(parts.manifest, parts.weights(), parts.source));
    }

    private static final class Parts<S> {

        private final Map<Integer, ByteBuffer> chunks = new TreeMap<>();
        private AdapterManifest manifest;
        private S source;

        byte[] weights() {
            int size = chunks.values().stream().mapToInt(ByteBuffer::remaining).sum();
            ByteBuffer all = ByteBuffer.allocate(size);
            chunks.values().forEach(chunk -> all.put(chunk.duplicate()));
            return all.array();
        }
    }
}
