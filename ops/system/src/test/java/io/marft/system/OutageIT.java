package io.marft.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Update;
import io.marft.testkit.Log;
import io.marft.testkit.ServiceProcess;
import io.marft.testkit.verify.History;
import io.marft.testkit.verify.Verifier;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
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
        try (Deployment deployment = Deployment.start(directory, 3, team, Deployment.CHEAP_TRAINING, 4)) {
            List<ServiceProcess> services = new ArrayList<>(deployment.startServices());
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
            Instant back = Instant.now();
            log.await(Topic.ACTIONS, log.values(Topic.ACTIONS, Action.class).size() + SOME, PATIENCE);
            log.await(Topic.UPDATES, log.values(Topic.UPDATES, Update.class).size() + 2, PATIENCE);
            say(
                    "first action",
                    back,
                    log.values(Topic.ACTIONS, Action.class).stream().map(Action::getCreatedAt));
            say(
                    "first update",
                    back,
                    log.values(Topic.UPDATES, Update.class).stream().map(Update::getCreatedAt));

            services.forEach(service -> assertTrue(service.alive(), service::written));
            assertEquals(143, environment.terminate(Duration.ofMinutes(1)));
            deployment.awaitAllClosed(PATIENCE);
            services.forEach(service -> service.terminate(Duration.ofMinutes(1)));
            Verifier.Report report = new Verifier(KillSuiteIT::verdict)
                    .verify(History.read(deployment.client(), deployment.team().getName()));
            System.out.println(report.figures());
            assertEquals(List.of(), report.findings());
        }
    }

    /** Of records that were made once all brokers were back. */
    private static void say(String what, Instant back, Stream<Instant> made) {
        Instant first =
                made.filter(back::isBefore).min(Comparator.naturalOrder()).orElseThrow();
        System.out.printf(
                Locale.ROOT,
                "outage: %s %.1f s after the brokers%n",
                what,
                Duration.between(back, first).toMillis() / 1e3);
    }
}
