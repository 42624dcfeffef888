package io.marft.bench.pipeline;

import io.marft.environments.task.NewEpisode;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.schemas.record.Team;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What is measured of the pipeline.
 *
 * @param registry the unpacked schema registry
 * @param team whose episodes run; each is asked one question
 * @param model the shape of the model that the stub policies give themselves out for
 * @param partitions of topics keyed by episode
 * @param rate episodes per second while latency is measured
 * @param openEpisodes how many are open at a time while throughput is measured
 * @param warmUp how long each part runs before it is measured
 * @param window how long each part is measured
 */
public record PipelinePlan(
        Path registry,
        Team team,
        ModelConfig model,
        int partitions,
        int rate,
        int openEpisodes,
        Duration warmUp,
        Duration window) {

    private static final Duration LEAST_WINDOW = Duration.ofSeconds(1);

    /** Checks the ranges. */
    public PipelinePlan {
        NewEpisode.requireOneQuestion(team);
        atLeastOne("partitions", partitions);
        atLeastOne("rate", rate);
        atLeastOne("openEpisodes", openEpisodes);
        if (warmUp.isNegative() || window.compareTo(LEAST_WINDOW) < 0) {
            throw new IllegalArgumentException("warm-up must not be negative and the window at least " + LEAST_WINDOW
                    + ", got: " + warmUp + " and " + window);
        }
    }

    private static void atLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1, got: " + value);
        }
    }
}
