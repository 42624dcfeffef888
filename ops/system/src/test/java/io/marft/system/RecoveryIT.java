package io.marft.system;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.schemas.catalogue.Topic;
import io.marft.testkit.Log;
import io.marft.testkit.ServiceProcess;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long a service is away that is killed with {@code kill -9}, under load. The figures are printed; what is asserted is
 * only that it comes back. They are of use on a machine that does nothing else.
 */
@Timeout(600)
class RecoveryIT {

    private static final int KILLS = 2;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** What a killed process had committed becomes visible within this time. */
    private static final Duration SETTLING = Duration.ofMillis(500);

    @TempDir
    Path directory;

    @Test
    @Tag("system")
    void shouldComeBackAfterAKill() {
        try (Deployment deployment =
                Deployment.start(directory, 3, Deployment.TERSE_TEAM, Deployment.CHEAP_TRAINING, 4)) {
            Map<String, ServiceProcess> services = new TreeMap<>();
            for (String kind : List.of("router", "agents", "reward", "assembler", "trainer")) {
                services.put(kind, deployment.service(kind, "0").start());
            }
            deployment.service("environment", "0").start();
            new Log(deployment.client()).await(Topic.UPDATES, 2, PATIENCE);

            String turns = deployment.client().topics().turns(deployment.team().getName(), "reasoner");
            for (int i = 0; i < KILLS; i++) {
                restart(deployment, "router", services.get("router"), turns);
                restart(deployment, "agents", services.get("agents"), name(deployment, Topic.ACTIONS));
                restart(deployment, "reward", services.get("reward"), name(deployment, Topic.REWARDS));
                restart(deployment, "assembler", services.get("assembler"), name(deployment, Topic.TRAJECTORIES));
                restart(deployment, "trainer", services.get("trainer"), name(deployment, Topic.UPDATES));
            }
            services.put("router-1", deployment.service("router", "1").start());
            services.put("agents-1", deployment.service("agents", "1").start());
            services.put("trainer-1", deployment.service("trainer", "1").start());
            services.get("router-1").awaitLine("service is running", PATIENCE);
            services.get("agents-1").awaitLine("service agents runs", PATIENCE);
            services.get("trainer-1").awaitLine("trainer stands by", PATIENCE);
            takeOver(deployment, "router", services.get("router"), turns);
            takeOver(deployment, "agents", services.get("agents"), name(deployment, Topic.ACTIONS));
            takeOver(deployment, "trainer", services.get("trainer"), name(deployment, Topic.UPDATES));
            assertTrue(services.get("trainer-1").alive());
        }
    }

    private static String name(Deployment deployment, Topic topic) {
        return deployment.client().topics().of(topic);
    }

    /** From the kill, after which it is started again at once, to the first record of its new life. */
    private void restart(Deployment deployment, String kind, ServiceProcess service, String topic) {
        try (Arrivals arrivals = new Arrivals(deployment.client(), topic)) {
            arrivals.await(1);
            service.kill();
            long killed = System.nanoTime();
            service.start();
            arrivals.skip(SETTLING);
            arrivals.await(1);
            note(kind + " killed, started again", killed);
        }
    }

    /** From the kill, with another process of the service running, until there are records on every partition again. */
    private void takeOver(Deployment deployment, String kind, ServiceProcess service, String topic) {
        try (Arrivals arrivals = new Arrivals(deployment.client(), topic)) {
            arrivals.awaitEachPartition();
            service.kill();
            long killed = System.nanoTime();
            arrivals.skip(SETTLING);
            arrivals.awaitEachPartition();
            note(kind + " killed, taken over", killed);
        }
    }

    private static void note(String what, long since) {
        System.out.printf(
                Locale.ROOT,
                "recovery: %-30s %5.1f s, at a load of %.1f on %d processors%n",
                what,
                (System.nanoTime() - since) / 1e9,
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                Runtime.getRuntime().availableProcessors());
    }
}
