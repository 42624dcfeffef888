package io.marft.actor.adapters;

import io.marft.schemas.record.AdapterChunk;
import io.marft.schemas.record.AdapterManifest;
import io.marft.schemas.wire.ChunkSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Puts one agent's adapters together from manifests and chunks, which come from two topics and so in any order. Versions up to
 * the newest one {@link #serves in service} are passed over; one that was complete but refused may be published again. Of the
 * versions that are incomplete only those that began last are kept.
 *
 * <p>Not thread-safe.
 *
 * @param <S> where a manifest came from; it is given back with the adapter
 */
final class AdapterAssembly<S> {

    /** An adapter whose parts have all come; nobody has checked the weights yet. */
    @SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
    record Complete<S>(AdapterManifest manifest, byte[] weights, S source) {}

    /** How many incomplete versions are kept. */
    private static final int MOST_OPEN = 16;

    private final Map<Long, Parts<S>> open = new LinkedHashMap<>();
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
        parts.chunks.add(chunk.getIndex(), chunk.getData());
        return complete(chunk.getVersion(), parts);
    }

    /** Says that a version is in service: it and older ones are passed over from now on. */
    void serves(long version) {
        newest = version;
        open.keySet().removeIf(other -> other <= version);
    }

    private Parts<S> parts(long version) {
        if (!open.containsKey(version) && open.size() == MOST_OPEN) {
            open.remove(open.keySet().iterator().next());
        }
        return open.computeIfAbsent(version, v -> new Parts<>());
    }

    private Optional<Complete<S>> complete(long version, Parts<S> parts) {
        if (!parts.complete()) {
            return Optional.empty();
        }
        open.remove(version);
        return Optional.of(new Complete<>(parts.manifest, parts.weights(), parts.source));
    }

    private static final class Parts<S> {

        private final ChunkSet chunks = new ChunkSet();
        private AdapterManifest manifest;
        private S source;

        boolean complete() {
            return manifest != null && chunks.isWhole(manifest.getChunks());
        }

        byte[] weights() {
            return chunks.join(manifest.getChunks());
        }
    }
}
