package io.marft.trainer.configure;

import io.marft.trainer.Require;
import io.marft.trainer.objective.ValueObjective;
import java.util.List;

/**
 * How the critic is built and trained.
 *
 * @param hidden sizes of the hidden layers between the base model's width and the value
 * @param warmup how many first updates train only the critic
 * @param learningRate its own learning rate; the other constants of AdamW are the agents'
 * @param loss its loss
 */
public record CriticConfiguration(List<Integer> hidden, int warmup, double learningRate, ValueObjective loss) {

    /** MARFT's defaults, with hidden sizes for a small base model. */
    public static final CriticConfiguration DEFAULT =
            new CriticConfiguration(List.of(64, 32), 0, 5e-4, ValueObjective.DEFAULT);

    public CriticConfiguration {
        hidden = List.copyOf(hidden);
        hidden.forEach(size -> Require.atLeastOne("a size in hidden", size));
        Require.that(warmup >= 0, "warmup", "at least 0", warmup);
        Require.notNegative("learningRate", learningRate);
    }
}
