package io.marft.bench.pipeline;

import io.marft.actor.acting.AgentService;
import io.marft.actor.acting.AgentSettings;
import io.marft.actor.routing.RouterService;
import io.marft.actor.routing.RouterSettings;
import io.marft.bench.report.BenchException;
import io.marft.local.Closing;
import io.marft.local.ListenPorts;
import io.marft.local.LocalCluster;
import io.marft.reward.assemble.AssembleService;
import io.marft.reward.score.ScoreService;
import io.marft.schemas.record.TeamAgent;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.life.Service;
import io.marft.streaming.provision.Provisioning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A broker, a registry, and every service from observation to trajectory, with stub policies; on free ports and in a
 * temporary directory, which is deleted at the end. Not thread-safe.
 */
final class PipelineStack implements AutoCloseable {

    /** A policy that answers at once takes all turns that are there; there are no adapters to wait for. */
    private static final int BATCH = 512;

    private static final Duration LINGER = Duration.ofMillis(5);

    private final Closing all;
    private final Closing serving = new Closing();
    private final LocalCluster cluster;
    private final List<Service> services = new ArrayList<>();

    private PipelineStack(Closing all, LocalCluster cluster) {
        this.all = all;
        this.cluster = cluster;
    }

    /** Starts all of it. */
    static PipelineStack start(PipelinePlan plan) {
        Closing closing = new Closing();
        try {
            Path directory = Files.createTempDirectory("marft-bench-");
            closing.later(() -> LocalCluster.delete(directory));
            LocalCluster cluster = closing.later(LocalCluster.start(plan.registry(), directory, ListenPorts.FREE));
            PipelineStack stack = new PipelineStack(closing, cluster);
            closing.later(stack.serving);
            cluster.awaitReady();
            Provisioning.provision(cluster.client(), plan.team(), plan.partitions(), (short) 1);
            stack.serve(plan, directory.resolve("streams"));
            return stack;
        } catch (IOException e) {
            closing.close();
            throw new BenchException("no temporary directory can be made: " + e);
        } catch (RuntimeException e) {
            closing.close();
            throw e;
        }
    }

    private void serve(PipelinePlan plan, Path state) {
        ClientSettings client = client();
        List<String> agents =
                plan.team().getAgents().stream().map(TeamAgent::getName).toList();
        services.add(new ScoreService(client, "0", state));
        services.add(new AssembleService(client, "0", state));
        services.add(new RouterService(new RouterSettings(client, state)));
        services.add(new AgentService(
                new AgentSettings(client, plan.team().getName(), agents, "0", BATCH, LINGER),
                new StubPolicy("sha256:stub", plan.model())));
        for (Service service : services) {
            serving.later(service).start();
        }
    }

    ClientSettings client() {
        return cluster.client();
    }

    /**
     * Sees that everything runs.
     *
     * @throws BenchException if a service has stopped
     */
    void check() {
        for (Service service : services) {
            service.failure().ifPresent(failure -> {
                throw new BenchException("service " + service.name() + " stopped: " + failure);
            });
        }
    }

    /** Stops the services; the broker and what they wrote stay. */
    void stopServing() {
        serving.close();
    }

    @Override
    public void close() {
        all.close();
    }
}
