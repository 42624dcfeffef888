package io.marft.experiment.game;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.actor.adapters.VersionedAdapter;
import io.marft.environments.arithmetic.ArithmeticTask;
import io.marft.environments.task.Exercise;
import io.marft.environments.task.Task;
import io.marft.experiment.Sample;
import io.marft.policy.LanguageModel;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Closure;
import io.marft.schemas.record.Trajectory;
import io.marft.trainer.batch.EpisodeReader;
import io.marft.trainer.batch.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ArenaTest {

    private static final Task TASK = new ArithmeticTask();
    private static final Map<String, VersionedAdapter> BASE =
            Map.of("reasoner", VersionedAdapter.base(), "actor", VersionedAdapter.base());

    private static LanguageModel model;

    @BeforeAll
    static void load() {
        model = Sample.model();
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static Arena.Played play(List<Arena.Start> starts) {
        return new Arena(model, Sample.team()).play(starts, BASE);
    }

    /** All that learning would see. */
    private static List<Object> seen(Arena.Played played) {
        List<Object> seen = new ArrayList<>();
        for (Optional<Trajectory> trajectory : played.episodes()) {
            for (Action action : trajectory.orElseThrow().getSteps().get(0).getActions()) {
                seen.add(List.of(action.getPromptTokens(), action.getOutputTokens(), action.getLogProbs()));
            }
            seen.add(trajectory.orElseThrow().getSteps().get(0).getReward().getValue());
        }
        return seen;
    }

    @Test
    void shouldPlayWhatTheTrainerCanLearnFrom() {
        Arena.Played played = play(Sample.starts(TASK, 3, 20));

        EpisodeReader reader = new EpisodeReader(Sample.team(), model);
        long tokens = 0;
        assertEquals(20, played.episodes().size());
        for (Optional<Trajectory> episode : played.episodes()) {
            Trajectory trajectory = episode.orElseThrow();
            assertTrue(reader.read(trajectory, 0, 0) instanceof Reading.Usable);
            assertEquals(Closure.HORIZON, trajectory.getClosure());
            tokens += trajectory.getSteps().get(0).getActions().stream()
                    .mapToLong(action -> action.getOutputTokens().size())
                    .sum();
        }
        assertEquals(tokens, played.tokens());
    }

    @Test
    void shouldCountTheEpisodesThatEarnAWholeReward() {
        Arena.Played played = play(Sample.starts(TASK, 4, 60));

        long rewarded = played.episodes().stream()
                .filter(episode ->
                        episode.orElseThrow().getSteps().get(0).getReward().getValue() == 1)
                .count();
        assertEquals(rewarded, played.right());
        assertTrue(rewarded > 0 && rewarded < 60, "the bundled model answers some and not all: " + rewarded);
    }

    @Test
    void shouldPlayTheSameBitForBitWhateverWasPlayedBefore() {
        List<Object> first = seen(play(Sample.starts(TASK, 5, 40)));

        play(Sample.starts(TASK, 6, 33));

        assertEquals(first, seen(play(Sample.starts(TASK, 5, 40))));
        assertNotEquals(first, seen(play(Sample.starts(TASK, 6, 40))));
    }

    @Test
    void shouldGoOnWithoutAnEpisodeThatFindsNoRoomInTheContext() {
        List<Arena.Start> starts = new ArrayList<>(Sample.starts(TASK, 7, 3));
        starts.set(1, new Arena.Start(starts.get(1).episode(), new Exercise("1+1? ".repeat(100), "2", "boxed")));

        Arena.Played played = play(starts);

        assertEquals(
                List.of(true, false, true),
                played.episodes().stream().map(Optional::isPresent).toList());
    }
}
