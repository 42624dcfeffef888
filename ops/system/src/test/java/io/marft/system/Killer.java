package io.marft.system;

import io.marft.testkit.ServiceProcess;
import io.marft.testkit.TestCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * Breaks a deployment at random, as its seed says: {@code kill -9} for one service or two at once, each started again
 * after a moment, and now and then another broker that is stopped and started. It also starts what ended by itself, as a
 * supervisor would, and keeps account of it. Not thread-safe.
 */
final class Killer {

    private static final int MOST_PAUSE_MS = 1_500;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Random random;
    private final TestCluster cluster;
    private final List<ServiceProcess> services;
    private final List<ServiceProcess> deck = new ArrayList<>();
    private final List<String> events = new ArrayList<>();
    private int kills;
    private int brokerRestarts;
    private int ownEnds;

    Killer(long seed, TestCluster cluster, List<ServiceProcess> services) {
        this.random = new Random(seed);
        this.cluster = cluster;
        this.services = services;
    }

    /** Kills one service, or, one time in four, two. */
    void strike() {
        pause();
        List<ServiceProcess> victims = new ArrayList<>();
        int count = random.nextInt(4) == 0 ? 2 : 1;
        while (victims.size() < count) {
            ServiceProcess victim = next();
            if (!victims.contains(victim)) {
                victims.add(victim);
            }
        }
        revive();
        for (ServiceProcess victim : victims) {
            victim.kill();
            kills++;
            event("killed " + victim.name());
        }
        pause();
        victims.forEach(ServiceProcess::start);
    }

    /** Services in random order; each has its turn before any has a second one. */
    private ServiceProcess next() {
        if (deck.isEmpty()) {
            deck.addAll(services);
            Collections.shuffle(deck, random);
        }
        return deck.remove(deck.size() - 1);
    }

    /** Stops a broker, lets the deployment live with it for a while, and starts it; every other time on an empty disk. */
    void restartABroker() {
        int broker = random.nextInt(cluster.brokers());
        cluster.awaitInSync(PATIENCE);
        cluster.stopBroker(broker);
        event("stopped broker " + broker);
        strike();
        pause();
        boolean empty = brokerRestarts % 2 == 0;
        if (empty) {
            cluster.wipeBroker(broker);
        }
        cluster.startBroker(broker);
        brokerRestarts++;
        event("started broker " + broker + (empty ? " on an empty disk" : ""));
    }

    /** Starts what has ended by itself. */
    void revive() {
        for (ServiceProcess service : services) {
            if (!service.alive()) {
                ownEnds++;
                event(service.name() + " had ended by itself: "
                        + service.written()
                                .lines()
                                .reduce((first, last) -> last)
                                .orElse(""));
                service.start();
            }
        }
    }

    private void pause() {
        LockSupport.parkNanos(random.nextInt(MOST_PAUSE_MS) * 1_000_000L);
    }

    private void event(String event) {
        events.add(event);
    }

    List<String> events() {
        return events;
    }

    int kills() {
        return kills;
    }

    int brokerRestarts() {
        return brokerRestarts;
    }

    /** How many services ended without having been killed. */
    int ownEnds() {
        return ownEnds;
    }
}
