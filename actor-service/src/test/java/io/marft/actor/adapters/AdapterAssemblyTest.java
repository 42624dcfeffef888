package io.marft.actor.adapters;

import static io.marft.actor.Fixtures.chunks;
import static io.marft.actor.Fixtures.manifest;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.actor.Fixtures;
import io.marft.policy.TinyModels;
import io.marft.policy.adapter.Adapter;
import io.marft.schemas.record.AdapterChunk;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdapterAssemblyTest {

    private final Adapter adapter = Fixtures.adapter(TinyModels.config(), 1);
    private final byte[] weights = adapter.toSafetensors();
    private final AdapterAssembly<String> assembly = new AdapterAssembly<>();

    @Test
    void shouldCompleteWhenTheLastChunkComesAfterTheManifest() {
        List<AdapterChunk> chunks = chunks("actor", 1, weights, 3);

        assertTrue(assembly.add(chunks.get(2)).isEmpty());
        assertTrue(
                assembly.add(manifest("actor", 1, adapter, "base", 3), "here").isEmpty());
        assertTrue(assembly.add(chunks.get(0)).isEmpty());
        var complete = assembly.add(chunks.get(1)).orElseThrow();

        assertArrayEquals(weights, complete.weights());
        assertEquals("here", complete.source());
    }

    @Test
    void shouldCompleteWhenTheManifestComesLast() {
        chunks("actor", 1, weights, 2)
                .forEach(chunk -> assertTrue(assembly.add(chunk).isEmpty()));

        var complete =
                assembly.add(manifest("actor", 1, adapter, "base", 2), "here").orElseThrow();

        assertArrayEquals(weights, complete.weights());
    }

    @Test
    void shouldPassOverWhatIsOlderThanTheVersionInService() {
        assembly.add(manifest("actor", 1, adapter, "base", 1), "one");
        assembly.add(manifest("actor", 2, adapter, "base", 1), "two");
        assertEquals(
                2,
                assembly.add(chunks("actor", 2, weights, 1).get(0))
                        .orElseThrow()
                        .manifest()
                        .getVersion());
        assembly.serves(2);

        assertTrue(assembly.add(chunks("actor", 1, weights, 1).get(0)).isEmpty());
        assertTrue(
                assembly.add(manifest("actor", 2, adapter, "base", 1), "again").isEmpty());
    }

    @Test
    void shouldNotTakeAnAdaptersPlaceForOneThatWasRefused() {
        assertTrue(assembly.add(manifest("actor", Long.MAX_VALUE, adapter, "base", 0), "absurd")
                .isPresent());
        assembly.add(manifest("actor", 1, adapter, "base", 1), "here");

        assertTrue(assembly.add(chunks("actor", 1, weights, 1).get(0)).isPresent());
    }

    @Test
    void shouldNotCountAStrangeChunkForAMissingOne() {
        List<AdapterChunk> chunks = chunks("actor", 1, weights, 2);
        assembly.add(AdapterChunk.newBuilder(chunks.get(1)).setIndex(7).build());
        assembly.add(chunks.get(0));
        assertTrue(
                assembly.add(manifest("actor", 1, adapter, "base", 2), "here").isEmpty());

        assertArrayEquals(weights, assembly.add(chunks.get(1)).orElseThrow().weights());
    }

    @Test
    void shouldForgetTheOldestOfManyThatAreNeverCompleted() {
        List<AdapterChunk> chunks = chunks("actor", 1, weights, 2);
        assembly.add(chunks.get(0));
        for (long version = 2; version <= 17; version++) {
            assembly.add(chunks("actor", version, weights, 2).get(0));
        }
        assembly.add(manifest("actor", 1, adapter, "base", 2), "here");

        assertTrue(assembly.add(chunks.get(1)).isEmpty());
    }
}
