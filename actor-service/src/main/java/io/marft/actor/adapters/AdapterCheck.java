package io.marft.actor.adapters;

import io.marft.policy.adapter.Adapter;
import io.marft.policy.adapter.LoraConfig;
import io.marft.policy.checkpoint.CheckpointException;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.schemas.record.AdapterManifest;

/**
 * Checks whether an adapter is what its manifest says, and fits the model that is to carry it. Thread-safe.
 *
 * @param baseModelDigest digest of the model in service
 * @param model that model's shape
 */
record AdapterCheck(String baseModelDigest, ModelConfig model) {

    /** What a check comes to. */
    sealed interface Verdict {}

    /** The adapter may serve. */
    record Verified(VersionedAdapter adapter) implements Verdict {}

    /** The adapter may not serve; the reason is one line. */
    record Refused(String reason) implements Verdict {}

    /** Checks an adapter whose chunks were joined into {@code weights}. */
    Verdict check(AdapterManifest manifest, byte[] weights) {
        if (!manifest.getBaseModelDigest().equals(baseModelDigest)) {
            return new Refused("it belongs to base model " + manifest.getBaseModelDigest() + ", this agent runs "
                    + baseModelDigest);
        }
        if (weights.length != manifest.getBytes()) {
            return new Refused(
                    "its chunks hold " + weights.length + " bytes, its manifest says " + manifest.getBytes());
        }
        try {
            LoraConfig config = new LoraConfig(manifest.getRank(), manifest.getAlpha(), manifest.getTargets());
            Adapter adapter = Adapter.fromSafetensors(weights, config);
            adapter.checkFits(model);
            String digest = adapter.digest();
            if (!digest.equals(manifest.getDigest())) {
                return new Refused("its weights have digest " + digest + ", its manifest says " + manifest.getDigest());
            }
            return new Verified(new VersionedAdapter(manifest.getVersion(), digest, adapter));
        } catch (IllegalArgumentException | CheckpointException e) {
            return new Refused(e.getMessage());
        }
    }
}
