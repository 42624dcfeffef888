package io.marft.experiment.game;

import io.marft.environments.task.Exercise;
import io.marft.environments.task.NewEpisode;
import io.marft.environments.task.Task;
import io.marft.experiment.declare.RunKey;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Team;
import io.marft.trainer.state.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/**
 * What the runs of a seed are asked, and with what sampling seeds: the same for every team and algorithm, so that runs
 * differ by what they are and not by their luck (common random numbers). Immutable.
 */
public final class Problems {

    /** How many held-out problems are played at once: as many as a decoding lane has rows. */
    public static final int BATCH = 256;

    private final Task task;
    private final Team team;
    private final RunKey run;

    public Problems(Task task, Team team, RunKey run) {
        this.task = task;
        this.team = team;
        this.run = run;
    }

    /** Training episodes {@code from} … {@code from + count − 1}. */
    public List<Arena.Start> training(long from, int count) {
        long stream = seed("training problems");
        return starts(Purpose.TRAINING, from, count, index -> task.training(stream, index));
    }

    /** Held-out episodes {@code from} … {@code from + count − 1}. */
    public List<Arena.Start> heldOut(long from, int count) {
        long stream = seed("held-out problems");
        return starts(Purpose.EVALUATION, from, count, index -> task.heldOut(stream, index));
    }

    private List<Arena.Start> starts(Purpose purpose, long from, int count, LongFunction<Exercise> exercises) {
        long sampling = seed("sampling " + purpose);
        List<Arena.Start> starts = new ArrayList<>();
        for (long index = from; index < from + count; index++) {
            String id = NewEpisode.id(purpose, run.toString(), index);
            NewEpisode episode = new NewEpisode(id, team, purpose, task.name(), NewEpisode.seed(sampling, index));
            starts.add(new Arena.Start(episode, exercises.apply(index)));
        }
        return starts;
    }

    private long seed(String purpose) {
        return Seeds.derive(run.seed(), purpose);
    }
}
