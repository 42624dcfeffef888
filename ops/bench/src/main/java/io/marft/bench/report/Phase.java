package io.marft.bench.report;

import io.marft.policy.decoder.ModelOptions;
import java.util.Locale;

/** What is measured, each in a process of its own, so that its peaks of memory are its own. */
public enum Phase {
    /** Prompts are read and continued, all with one adapter. */
    DECODE(ModelOptions.Use.SERVING),
    /** The same, half of the requests with another adapter. */
    MIXED(ModelOptions.Use.SERVING),
    /** A forward pass over prompts and actions, and the gradient to the adapter. */
    TRAIN(ModelOptions.Use.TRAINING);

    private final ModelOptions.Use use;

    Phase(ModelOptions.Use use) {
        this.use = use;
    }

    /** What the model is loaded for. */
    public ModelOptions.Use use() {
        return use;
    }

    /** The name to print. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
