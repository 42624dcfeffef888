package io.marft.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.local.Closing;
import io.marft.reward.verify.Verifiers;
import io.marft.schemas.catalogue.ByName;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Update;
import io.marft.testkit.EpisodeSource;
import io.marft.testkit.Log;
import io.marft.testkit.ServiceProcess;
import io.marft.testkit.verify.History;
import io.marft.testkit.verify.Verifier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The kill suite: services are killed, brokers restarted, some of them on an empty disk, at random while episodes run through three brokers; afterwards
 * nothing may be missing, double or wrong. Policies are stubs; everything else is as in production.
 *
 * <p>The seed is printed, and taken from the system property {@code marft.seed} if it is set.
 */
class KillSuiteIT {

    private static final ByName<io.marft.reward.verify.Verifier> VERIFIERS = Verifiers.onClassPath();
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final int BATCH = 100;
    private static final int IN_FLIGHT = 128;
    private static final int PARTITIONS = 6;

    /**
     * A team with all that D has: a chain, an agent that is skipped as a rule, and steps that the team opens itself. It says
     * little, so that training costs little.
     */
    private static final String TEAM =
            """
            name: checked
            horizon: 2
            deadline: 24h
            retry: "has(actions.checker) && actions.checker.contains('{1')"
            agents:
              - {name: planner, sampling: {maxNewTokens: 2}}
              - {name: solver, after: [planner], answers: true, sampling: {maxNewTokens: 2}}
              - name: checker
                after: [solver]
                when: "actions.solver.contains('5')"
                sampling: {maxNewTokens: 2}
            """;

    /** Another with agents of the same names, which hear each other otherwise. */
    private static final String SECOND_TEAM =
            """
            name: paired
            deadline: 24h
            agents:
              - {name: planner, sampling: {maxNewTokens: 2}}
              - {name: checker, sampling: {maxNewTokens: 2}}
              - {name: solver, after: [checker, planner], answers: true, sampling: {maxNewTokens: 2}}
            """;

    private static final String TRAINING =
            """
            {batchEpisodes: %d, microBatch: %<d, epochs: 1, minibatches: 1, maxStaleness: 1000,
             critic: {hidden: [8]}, lora: {rank: 1, alpha: 1, targets: [v_proj]}}
            """
                    .formatted(BATCH);

    @TempDir
    Path directory;

    @Test
    void shouldLoseAndRepeatNothingOfTwoTeams() {
        run(List.of(TEAM, SECOND_TEAM), 400, 6, 1);
    }

    @Test
    @Tag("system")
    void shouldLoseAndRepeatNothingInTwentyThousandEpisodes() {
        run(List.of(TEAM), 20_000, 32, 6);
    }

    @Test
    @Tag("system")
    void shouldKeepTwoTeamsApart() {
        run(List.of(TEAM, SECOND_TEAM), 2_000, 12, 2);
    }

    /** @param episodes of each team */
    private void run(List<String> files, int episodes, int strikes, int brokerRestarts) {
        long seed = Long.getLong("marft.seed", System.nanoTime() & 0xffff);
        say("kill suite with -Dmarft.seed=" + seed + ": " + files.size() + " teams, " + episodes + " episodes each");
        long begun = System.nanoTime();
        try (Deployment deployment = Deployment.start(directory, 3, files.get(0), TRAINING, PARTITIONS)) {
            List<Deployment> teams = new ArrayList<>(List.of(deployment));
            files.stream()
                    .skip(1)
                    .map(file -> deployment.beside(file, TRAINING, PARTITIONS))
                    .forEach(teams::add);
            List<ServiceProcess> services = services(teams);
            services.forEach(ServiceProcess::start);
            Killer killer = new Killer(seed, deployment.cluster(), services);
            try (Closing closing = new Closing()) {
                List<EpisodeSource> sources = new ArrayList<>();
                for (Deployment team : teams) {
                    sources.add(closing.later(new EpisodeSource(
                                    team.client(),
                                    team.team(),
                                    seed + sources.size(),
                                    episodes,
                                    IN_FLIGHT / teams.size())
                            .started()));
                }
                for (int strike = 1; strike <= strikes; strike++) {
                    awaitClosed(sources, episodes * strike / (strikes + 1));
                    if (strike == strikes / 2) {
                        changeSettings(deployment);
                    }
                    if (strike * brokerRestarts % strikes < brokerRestarts) {
                        killer.restartABroker();
                    } else {
                        killer.strike();
                    }
                }
                awaitClosed(sources, episodes);
            } finally {
                killer.events().forEach(KillSuiteIT::say);
            }
            awaitTrained(deployment, killer, teams.size() * episodes);
            services.forEach(service -> service.terminate(Duration.ofMinutes(1)));
            for (Deployment team : teams) {
                Verifier.Report report = new Verifier(KillSuiteIT::verdict)
                        .verify(History.read(team.client(), team.team().getName()));
                say(team.team().getName() + ": " + report.figures());
                report.findings().forEach(KillSuiteIT::say);
                assertEquals(List.of(), report.findings());
                assertEquals(teams.size() * episodes, report.episodes());
                assertEquals(episodes, report.trained() + report.dropped());
                assertEquals(0, report.waiting(), "trajectories in no update");
            }
            say("kills: " + killer.kills() + ", broker restarts: " + killer.brokerRestarts()
                    + ", ended by themselves: " + killer.ownEnds() + ", seconds: "
                    + Duration.ofNanos(System.nanoTime() - begun).toSeconds());
            assertTrue(killer.kills() >= strikes);
            assertEquals(brokerRestarts, killer.brokerRestarts());
            assertEquals(0, killer.ownEnds(), "services that ended by themselves");
        }
    }

    /** An operator keeps records longer and rolls segments sooner: a change that breaks no promise disturbs nobody. */
    private static void changeSettings(Deployment deployment) {
        Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
        for (Topic topic : List.of(Topic.OBSERVATIONS, Topic.ACTIONS, Topic.TRAJECTORIES)) {
            List<AlterConfigOp> values = new ArrayList<>();
            values.add(new AlterConfigOp(new ConfigEntry("segment.bytes", "1048576"), AlterConfigOp.OpType.SET));
            values.add(new AlterConfigOp(new ConfigEntry("retention.ms", "-1"), AlterConfigOp.OpType.SET));
            String name = deployment.client().topics().of(topic);
            changes.put(new ConfigResource(ConfigResource.Type.TOPIC, name), values);
        }
        try (Admin admin = Admin.create(deployment.client().admin())) {
            admin.incrementalAlterConfigs(changes).all().get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitClosed(List<EpisodeSource> sources, int episodes) {
        sources.forEach(source -> source.awaitClosed(episodes, PATIENCE));
    }

    /** Those that know no team, twice; agents twice and a trainer for each team. */
    private static List<ServiceProcess> services(List<Deployment> teams) {
        List<ServiceProcess> services = new ArrayList<>();
        for (String instance : List.of("0", "1")) {
            for (String kind : List.of("router", "reward", "assembler")) {
                services.add(teams.get(0).service(kind, instance));
            }
            teams.forEach(team -> services.add(team.stubAgents(instance)));
        }
        teams.forEach(team -> services.add(team.service("trainer", "0")));
        return services;
    }

    static double verdict(String verifier, String answer, String reference) {
        return VERIFIERS.get(verifier).verdict(answer, reference);
    }

    /** Waits until updates account for every trajectory: episodes come in whole batches, and none is too old to use. */
    private static void awaitTrained(Deployment deployment, Killer killer, int episodes) {
        Log log = new Log(deployment.client());
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        int accounted = 0;
        while (accounted < episodes) {
            killer.revive();
            int now = log.values(Topic.UPDATES, Update.class).stream()
                    .mapToInt(update ->
                            update.getInputs().size() + update.getDropped().size())
                    .sum();
            if (now > accounted) {
                accounted = now;
                deadline = System.nanoTime() + PATIENCE.toNanos();
            }
            assertTrue(System.nanoTime() - deadline < 0, "the trainer stands still at " + accounted);
            LockSupport.parkNanos(300_000_000);
        }
    }

    @SuppressWarnings("SystemOut") // For whoever wants to see the same again.
    private static void say(String line) {
        System.out.println(line);
    }
}
