package io.marft.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.reward.verify.Verifiers;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.record.Update;
import io.marft.schemas.topic.Topic;
import io.marft.testkit.Log;
import io.marft.testkit.ServiceProcess;
import io.marft.testkit.verify.History;
import io.marft.testkit.verify.Verifier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * All brokers are away at once, under load, for longer than any client waits for an answer. Every service is the same
 * process afterwards, and nothing was lost or done twice.
 */
@Timeout(900)
class OutageIT {

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    /** Beyond a client's limits for a call (1 minute) and for a record's delivery (2). */
    private static final Duration OUTAGE = Duration.ofSeconds(Integer.getInteger("marft.outage", 150));

    private static final int SOME = 40;

    @TempDir
    Path directory;

    @Test
    @Tag("system")
    void shouldGoOnWhenTheClusterComesBack() {
        String team = Deployment.TERSE_TEAM + "deadline: 24h\n";
        try (Deployment deployment = Deployment.start(directory, 3, team, Deployment.CHEAP_TRAINING, 4);
                Arrivals actions = new Arrivals(
                        deployment.client(), deployment.client().topics().of(Topic.ACTIONS))) {
            List<ServiceProcess> services = new ArrayList<>();
            for (String kind : List.of("router", "agents", "reward", "assembler", "trainer")) {
                services.add(deployment.service(kind, "0").start());
            }
            ServiceProcess environment =
                    deployment.service("environment", "0", "--max-untrained=0").start();
            services.add(environment);
            Log log = new Log(deployment.client());
            log.await(Topic.UPDATES, 2, PATIENCE);

            for (int broker = 0; broker < deployment.cluster().brokers(); broker++) {
                deployment.cluster().stopBroker(broker);
            }
            LockSupport.parkNanos(OUTAGE.toNanos());
            for (int broker = 0; broker < deployment.cluster().brokers(); broker++) {
                deployment.cluster().startBroker(broker);
            }
            long back = System.nanoTime();
            actions.skip(Duration.ofSeconds(5));
            actions.await(SOME);
            say("actions again after " + (System.nanoTime() - back) / 1_000_000_000 + " s");
            log.await(Topic.UPDATES, log.values(Topic.UPDATES, Update.class).size() + 2, PATIENCE);
            say("updates again after " + (System.nanoTime() - back) / 1_000_000_000 + " s");

            services.forEach(service -> assertTrue(service.alive(), service::written));
            assertEquals(143, environment.terminate(Duration.ofMinutes(1)));
            awaitAllClosed(log);
            services.forEach(service -> service.terminate(Duration.ofMinutes(1)));
            Verifier.Report report = new Verifier((verifier, answer, reference) ->
                            Verifiers.bundled().find(verifier).orElseThrow().verdict(answer, reference))
                    .verify(History.read(deployment.client(), deployment.team().getName()));
            say(report.figures());
            assertEquals(List.of(), report.findings());
        }
    }

    private static void awaitAllClosed(Log log) {
        long opened = log.values(Topic.OBSERVATIONS, Observation.class).stream()
                .map(Observation::getEpisode)
                .distinct()
                .count();
        for (int i = 0; i < PATIENCE.toSeconds(); i++) {
            if (log.placed(Topic.TRAJECTORIES, Trajectory.class).size() >= opened) {
                return;
            }
            LockSupport.parkNanos(1_000_000_000);
        }
    }

    @SuppressWarnings("SystemOut") // For whoever wants to know how long it took.
    private static void say(String line) {
        System.out.println(line);
    }
}
