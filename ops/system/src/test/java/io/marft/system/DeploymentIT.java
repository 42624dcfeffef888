package io.marft.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Trajectory;
import io.marft.testkit.Log;
import io.marft.testkit.ServiceProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every service in a process of its own, as in production. */
@Timeout(300)
class DeploymentIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    Path directory;

    @Test
    void shouldCarryEpisodesThroughProcesses() {
        try (Deployment deployment =
                Deployment.start(directory, 1, Deployment.TERSE_TEAM, Deployment.CHEAP_TRAINING, 4)) {
            List<ServiceProcess> services =
                    List.of("router", "agents", "reward", "assembler", "trainer", "environment").stream()
                            .map(kind -> deployment.service(kind, "0").start())
                            .toList();
            Log log = new Log(deployment.client());

            log.await(Topic.TRAJECTORIES, 100, PATIENCE);
            log.await(Topic.UPDATES, 2, PATIENCE);

            assertEquals(
                    deployment.team().getAgents().size(),
                    log.values(Topic.TRAJECTORIES, Trajectory.class)
                            .get(0)
                            .getSteps()
                            .get(0)
                            .getActions()
                            .size());
            for (ServiceProcess service : services) {
                assertTrue(service.residentBytes() > 1 << 20, service.name());
                assertEquals(143, service.terminate(Duration.ofMinutes(1)), service.name());
            }
        }
    }
}
