package io.marft.actor.adapters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.actor.Fixtures;
import io.marft.actor.adapters.AdapterCheck.Refused;
import io.marft.actor.adapters.AdapterCheck.Verified;
import io.marft.policy.TinyModels;
import io.marft.policy.adapter.Adapter;
import io.marft.schemas.record.AdapterManifest;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdapterCheckTest {

    private final Adapter adapter = Fixtures.adapter(TinyModels.config(), 1);
    private final byte[] weights = adapter.toSafetensors();
    private final AdapterManifest manifest = Fixtures.manifest("actor", 3, adapter, "sha256:base", 1);
    private final AdapterCheck check = new AdapterCheck("sha256:base", TinyModels.config());

    @Test
    void shouldVerifyAnAdapterThatIsWhatItsManifestSays() {
        Verified verified = assertInstanceOf(Verified.class, check.check(manifest, weights));

        assertEquals(3, verified.adapter().version());
        assertEquals(adapter.digest(), verified.adapter().digest());
    }

    @Test
    void shouldRefuseAnAdapterOfAnotherBaseModel() {
        assertEquals(
                "it belongs to base model sha256:base, this agent runs sha256:other",
                reason(new AdapterCheck("sha256:other", TinyModels.config()), manifest, weights));
    }

    @Test
    void shouldRefuseWeightsThatWereChangedOnTheWay() {
        byte[] changed = weights.clone();
        changed[changed.length - 1] ^= 1;

        assertTrue(reason(check, manifest, changed).startsWith("its weights have digest sha256:"));
    }

    @Test
    void shouldRefuseWeightsThatAreIncomplete() {
        byte[] cut = Arrays.copyOf(weights, weights.length - 4);

        assertEquals(
                "its chunks hold " + cut.length + " bytes, its manifest says " + weights.length,
                reason(check, manifest, cut));
    }

    @Test
    void shouldRefuseAnotherRankAndOtherTargets() {
        AdapterManifest rank = AdapterManifest.newBuilder(manifest).setRank(5).build();
        AdapterManifest target = AdapterManifest.newBuilder(manifest)
                .setTargets(List.of("q_proj", "o_proj"))
                .build();
        AdapterManifest nonsense = AdapterManifest.newBuilder(manifest)
                .setTargets(List.of("lm_brain"))
                .build();

        assertTrue(reason(check, rank, weights).contains("rank 5"));
        assertTrue(reason(check, target, weights).contains("o_proj"));
        assertTrue(reason(check, nonsense, weights).contains("lm_brain"));
    }

    @Test
    void shouldRefuseAnAdapterOfAnotherShape() {
        var deeper = TinyModels.config(3, 32, 4, 2, 48, 128, true);

        assertTrue(reason(new AdapterCheck("sha256:base", deeper), manifest, weights)
                .contains("3 layers"));
    }

    private static String reason(AdapterCheck check, AdapterManifest manifest, byte[] weights) {
        return assertInstanceOf(Refused.class, check.check(manifest, weights)).reason();
    }
}
