package io.marft.trainer.state;

import io.marft.policy.adapter.Adapter;
import io.marft.policy.checkpoint.Tensor;
import io.marft.trainer.optimizer.AdamW;
import io.marft.trainer.optimizer.Moments;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One agent's part of the training state.
 *
 * @param adapter the float32 masters of its LoRA weights
 * @param moments the optimizer's moments, one entry per weight in the adapter's canonical order
 * @param since the update after which the agent joined; 0 if it was there from the beginning
 */
public record AgentState(Adapter adapter, Moments moments, long since) {

    /** Of an adapter that was never trained. */
    static AgentState fresh(Adapter adapter, long since) {
        return new AgentState(adapter, Moments.zero(Math.toIntExact(weights(adapter))), since);
    }

    /** The state after one optimizer step against a gradient, flat and in the adapter's canonical order. */
    public AgentState step(AdamW optimizer, float[] gradient) {
        AdamW.Step step = optimizer.step(flat(adapter), gradient, moments);
        return new AgentState(shaped(step.weights()), step.moments(), since);
    }

    /** The state after a share of a step, with the moments of the whole one. */
    public AgentState partOf(AgentState stepped, double share) {
        float[] from = flat(adapter);
        float[] to = flat(stepped.adapter);
        for (int i = 0; i < from.length; i++) {
            from[i] = (float) (from[i] + share * ((double) to[i] - from[i]));
        }
        return new AgentState(shaped(from), stepped.moments, since);
    }

    /** The state with the running means of gradients at zero. */
    public AgentState withoutMomentum() {
        float[] none = new float[moments.first().length];
        return new AgentState(adapter, new Moments(moments.steps(), none, moments.second()), since);
    }

    /** How many weights an adapter has. */
    static long weights(Adapter adapter) {
        return adapter.tensors().values().stream()
                .mapToLong(tensor -> tensor.values().length)
                .sum();
    }

    /** All values of an adapter, or of a gradient of its shape, in one array in canonical order. */
    public static float[] flat(Adapter adapter) {
        float[] flat = new float[Math.toIntExact(weights(adapter))];
        int at = 0;
        for (Tensor tensor : adapter.tensors().values()) {
            System.arraycopy(tensor.values(), 0, flat, at, tensor.values().length);
            at += tensor.values().length;
        }
        return flat;
    }

    private Adapter shaped(float[] flat) {
        List<float[]> values = new ArrayList<>();
        int at = 0;
        for (Tensor tensor : adapter.tensors().values()) {
            values.add(Arrays.copyOfRange(flat, at, at + tensor.values().length));
            at += tensor.values().length;
        }
        return adapter.withValues(values);
    }
}
