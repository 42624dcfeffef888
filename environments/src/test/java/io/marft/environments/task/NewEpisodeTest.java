package io.marft.environments.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.marft.environments.TestTeam;
import io.marft.environments.arithmetic.ArithmeticProblems;
import io.marft.environments.arithmetic.ArithmeticTask;
import io.marft.environments.arithmetic.Split;
import io.marft.schemas.record.Message;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Reference;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NewEpisodeTest {

    private final Task task = new ArithmeticTask();

    @Test
    void shouldNameEpisodesByPurposeRunAndIndex() {
        assertEquals("t-1a2b3c-000042", NewEpisode.id(Purpose.TRAINING, "1a2b3c", 42));
        assertEquals("e-x-1234567", NewEpisode.id(Purpose.EVALUATION, "x", 1_234_567));
        assertEquals("q-x-000000", NewEpisode.id(Purpose.QUESTION, "x", 0));
    }

    @Test
    void shouldSampleEveryEpisodeByASeedOfItsOwn() {
        Set<Long> seeds = new HashSet<>();
        for (long stream = 0; stream < 10; stream++) {
            for (long index = 0; index < 1000; index++) {
                seeds.add(NewEpisode.seed(stream, index));
            }
        }

        assertEquals(10_000, seeds.size());
        assertEquals(NewEpisode.seed(1, 2), NewEpisode.seed(1, 2));
    }

    @Test
    void shouldShowAgentsTheQuestionAndOnlyTheReferenceTheAnswer() {
        Exercise exercise = new Exercise("What is 3 + 4?", "7", "boxed");
        NewEpisode episode = new NewEpisode("t-x-000000", TestTeam.CHAIN, Purpose.TRAINING, "arithmetic", 5);

        Observation observation = episode.observation(exercise.question());
        Reference reference = episode.reference(exercise);

        assertEquals(List.of(new Message("user", "What is 3 + 4?")), observation.getMessages());
        assertEquals("chain", observation.getTeam());
        assertEquals(1, observation.getTeamVersion());
        assertFalse(observation.getDone());
        assertEquals("7", reference.getAnswer());
        assertEquals("boxed", reference.getVerifier());
        assertEquals("t-x-000000", reference.getEpisode());
    }

    @Test
    void shouldKeepTheKindsOfExercisesApart() {
        assertEquals(
                ArithmeticProblems.problem(Split.TRAIN, 3, 4).question(),
                task.training(3, 4).question());
        assertEquals(
                ArithmeticProblems.problem(Split.HELD_OUT, 3, 4).question(),
                task.heldOut(3, 4).question());
        assertEquals(
                Integer.toString(
                        ArithmeticProblems.problem(Split.HELD_OUT, 3, 4).answer()),
                task.heldOut(3, 4).answer());
    }
}
