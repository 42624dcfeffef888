package io.marft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.marft.reward.verify.Verifiers;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Purpose;
import io.marft.streaming.connect.ClientSettings;
import io.marft.testkit.Log;
import io.marft.testkit.verify.History;
import io.marft.testkit.verify.Verifier;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What must be true of any run's topics, whatever happened to its processes, told after the run. */
final class RunAccounts {

    private RunAccounts() {}

    /** What is missing, double or wrong in a run's topics ({@link Verifier}). */
    static List<String> findings(ClientSettings client, String team) {
        var verifiers = Verifiers.onClassPath();
        Verifier verifier =
                new Verifier((name, answer, reference) -> verifiers.get(name).verdict(answer, reference));
        return verifier.verify(History.read(client, team)).findings();
    }

    /** The stream of training exercises has no gap, and no exercise is in it twice. */
    static void assertNoExerciseIsLeftOut(ClientSettings client) {
        List<Integer> exercises = new Log(client)
                .values(Topic.OBSERVATIONS, Observation.class).stream()
                        .filter(observation -> observation.getPurpose() == Purpose.TRAINING)
                        .map(Observation::getEpisode)
                        .map(episode -> Integer.parseInt(episode.substring(episode.lastIndexOf('-') + 1)))
                        .toList();
        assertEquals(exercises.size(), Set.copyOf(exercises).size());
        assertEquals(
                exercises.size() - 1,
                exercises.stream().collect(Collectors.maxBy(Integer::compare)).orElseThrow());
    }
}
