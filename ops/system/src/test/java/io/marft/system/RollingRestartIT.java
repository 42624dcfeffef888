package io.marft.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Closure;
import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Trajectory;
import io.marft.testkit.Log;
import io.marft.testkit.ServiceProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes join and leave under load: nothing is lost or done twice, and answers keep coming. */
@Timeout(900)
class RollingRestartIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int SOME = 40;

    @TempDir
    Path directory;

    @Test
    @Tag("system")
    void shouldKeepServingWhileEveryServiceIsRestarted() {
        try (Deployment deployment =
                        Deployment.start(directory, 3, Deployment.TERSE_TEAM, Deployment.CHEAP_TRAINING, 4);
                Arrivals actions = new Arrivals(
                        deployment.client(), deployment.client().topics().of(Topic.ACTIONS))) {
            List<ServiceProcess> services = new ArrayList<>(deployment.startServices());
            ServiceProcess environment =
                    deployment.service("environment", "0", "--max-untrained=0").start();
            actions.await(SOME);
            for (String kind : List.of("router", "agents")) { // Join under load.
                services.add(deployment.service(kind, "1").start());
            }
            services.get(services.size() - 1).awaitLine("service agents runs", PATIENCE);
            actions.awaitEachPartition();

            for (ServiceProcess service : services) {
                assertEquals(143, service.terminate(Duration.ofMinutes(1)), service.name());
                if (!service.name().startsWith("reward") && !service.name().startsWith("assembler")) {
                    actions.awaitEachPartition(); // The others have all its partitions.
                }
                service.start();
                actions.await(SOME);
            }

            assertEquals(143, environment.terminate(Duration.ofMinutes(1)));
            Log log = new Log(deployment.client());
            deployment.awaitAllClosed(PATIENCE);
            assertNothingIsLostOrDoneTwice(log);
        }
    }

    private static Set<String> episodes(Log log) {
        return log.values(Topic.OBSERVATIONS, Observation.class).stream()
                .map(Observation::getEpisode)
                .collect(Collectors.toSet());
    }

    private static void assertNothingIsLostOrDoneTwice(Log log) {
        Set<String> closed = new HashSet<>();
        for (Trajectory trajectory : log.values(Topic.TRAJECTORIES, Trajectory.class)) {
            assertTrue(closed.add(trajectory.getEpisode()), () -> "second trajectory of " + trajectory.getEpisode());
            assertFalse(trajectory.getClosure() == Closure.TIMED_OUT, trajectory::getEpisode);
        }
        assertEquals(episodes(log), closed);
        Set<String> decisions = new HashSet<>();
        for (Action action : log.values(Topic.ACTIONS, Action.class)) {
            String decision = action.getEpisode() + "/" + action.getStep() + "/" + action.getAgent();
            assertTrue(decisions.add(decision), () -> "second action of " + decision);
        }
        assertEquals(2 * closed.size(), decisions.size());
        assertEquals(List.of(), log.values(Topic.DEAD_LETTERS, DeadLetter.class));
    }
}
