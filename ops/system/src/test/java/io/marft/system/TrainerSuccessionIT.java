package io.marft.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.TrajectoryOffset;
import io.marft.schemas.record.Update;
import io.marft.testkit.Log;
import io.marft.testkit.ServiceProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two trainers of one team: one trains, the other takes over, and one that comes back from the dead publishes nothing. */
@Timeout(600)
class TrainerSuccessionIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Pattern COMMITTED = Pattern.compile("trainer committed an update.*update=\"?(\\d+)");

    @TempDir
    Path directory;

    @Test
    void shouldPublishNothingOfAFrozenTrainerAfterItsSuccessorsFirstUpdate() {
        try (Deployment deployment =
                Deployment.start(directory, 3, Deployment.TERSE_TEAM, Deployment.CHEAP_TRAINING, 4)) {
            for (String kind : List.of("router", "agents", "reward", "assembler", "environment")) {
                deployment.service(kind, "0").start();
            }
            Log log = new Log(deployment.client());
            ServiceProcess first = deployment.service("trainer", "first").start();
            log.await(Topic.UPDATES, 2, PATIENCE);
            ServiceProcess second = deployment.service("trainer", "second").start();
            second.awaitLine("trainer stands by", PATIENCE);

            first.freeze();
            second.awaitLine("trainer committed an update", PATIENCE);
            first.thaw();
            first.awaitLine("its lease has passed on", PATIENCE);
            int published = updates(log).size();
            log.await(Topic.UPDATES, published + 3, PATIENCE);

            // And back, without a wait: the second leaves, and the first, which became a standby, goes on.
            long before = last(committed(first));
            assertEquals(143, second.terminate(Duration.ofMinutes(1)));
            log.await(Topic.UPDATES, updates(log).size() + 2, PATIENCE);
            assertEquals(143, first.terminate(Duration.ofMinutes(1)));

            List<Long> ofSecond = committed(second);
            List<Long> ofFirst = committed(first);
            assertTrue(before < ofSecond.get(0), "the frozen one published nothing after its successor's first");
            assertTrue(
                    ofFirst.stream().allMatch(update -> update <= before || update > last(ofSecond)),
                    () -> "first " + ofFirst + ", second " + ofSecond);
            assertEachTrajectoryOnce(updates(log));
        }
    }

    private static List<Update> updates(Log log) {
        return log.values(Topic.UPDATES, Update.class);
    }

    /** The updates that a trainer says it has committed, in order. */
    private static List<Long> committed(ServiceProcess trainer) {
        return trainer.written()
                .lines()
                .map(COMMITTED::matcher)
                .filter(Matcher::find)
                .map(found -> Long.parseLong(found.group(1)))
                .toList();
    }

    private static long last(List<Long> updates) {
        return updates.get(updates.size() - 1);
    }

    private static void assertEachTrajectoryOnce(List<Update> updates) {
        Set<String> learned = new HashSet<>();
        long number = 0;
        for (Update update : updates) {
            assertEquals(++number, update.getUpdate());
            for (TrajectoryOffset input : update.getInputs()) {
                assertTrue(
                        learned.add(input.getPartition() + "@" + input.getOffset()),
                        () -> input + " is learned from twice");
            }
        }
        assertFalse(learned.isEmpty());
    }
}
