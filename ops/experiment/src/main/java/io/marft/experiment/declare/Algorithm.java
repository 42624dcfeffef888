package io.marft.experiment.declare;

import io.marft.trainer.configure.TrainingConfiguration;

/**
 * A way to treat a team.
 *
 * @param trains whether it trains at all; if not, the team is measured as it is
 * @param configuration how it trains; where it does not, of what shape the adapters are that change nothing
 */
public record Algorithm(boolean trains, TrainingConfiguration configuration) {}
