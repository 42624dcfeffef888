package io.marft.bench.update;

import io.marft.environments.task.NewEpisode;
import io.marft.policy.decoder.ModelOptions;
import io.marft.schemas.record.Team;
import io.marft.trainer.Require;
import io.marft.trainer.configure.TrainingConfiguration;
import java.nio.file.Path;

/**
 * What an update is measured on.
 *
 * @param model the base model's directory
 * @param device as in {@link ModelOptions}
 * @param team whose episodes are played and whose agents are trained
 * @param training how; its trust region is lifted, see {@link UpdateBench}
 * @param episodes how many to play
 * @param repetitions how many updates to measure
 * @param threads how many micro-batches are worked on at once
 */
public record UpdatePlan(
        Path model,
        String device,
        Team team,
        TrainingConfiguration training,
        int episodes,
        int repetitions,
        int threads) {

    /** Checks the ranges. */
    public UpdatePlan {
        Require.atLeastOne("episodes", episodes);
        Require.atLeastOne("repetitions", repetitions);
        Require.atLeastOne("threads", threads);
        NewEpisode.requireOneQuestion(team);
        options(device);
        training = training.withTargetKl(Double.MAX_VALUE);
    }

    ModelOptions options() {
        return options(device);
    }

    /** One thread: with more, which turns share a batch would depend on timing, and so would the episodes. */
    private static ModelOptions options(String device) {
        ModelOptions usual = ModelOptions.DEFAULT;
        return new ModelOptions(device, 1, ModelOptions.Use.BOTH, usual.cacheBytes(), usual.activationBytes());
    }
}
