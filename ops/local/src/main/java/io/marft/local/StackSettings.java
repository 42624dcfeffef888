package io.marft.local;

import io.marft.policy.decoder.ModelOptions;
import io.marft.schemas.record.Team;
import io.marft.trainer.configure.TrainingConfiguration;
import java.nio.file.Path;

/**
 * What a local stack runs.
 *
 * @param installation where marft's own files lie
 * @param dataDirectory where all data lie
 * @param ports where broker and registry listen
 * @param team the team that serves and learns, as its file says: its first version where the log has none; 0 for none stated
 * @param model the base model's directory
 * @param modelOptions how the base model is held in memory and run
 * @param training how it learns
 * @param seed of the stream of exercises and of training
 * @param inFlight how many training episodes may be open at a time
 * @param trainerThreads how many micro-batches the trainer works on at once; changes no result
 */
public record StackSettings(
        Installation installation,
        Path dataDirectory,
        ListenPorts ports,
        Team team,
        Path model,
        ModelOptions modelOptions,
        TrainingConfiguration training,
        long seed,
        int inFlight,
        int trainerThreads) {

    /** The same with another seed. */
    public StackSettings withSeed(long other) {
        return new StackSettings(
                installation,
                dataDirectory,
                ports,
                team,
                model,
                modelOptions,
                training,
                other,
                inFlight,
                trainerThreads);
    }
}
