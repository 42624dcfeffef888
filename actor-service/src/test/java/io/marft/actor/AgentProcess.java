package io.marft.actor;

import io.marft.actor.acting.AgentService;
import io.marft.actor.acting.AgentSettings;
import io.marft.policy.LanguageModel;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.provision.TopicProvisioner;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A process that serves the chain of two until it is killed. */
public final class AgentProcess {

    private AgentProcess() {}

    /**
     * Serves.
     *
     * @param arguments bootstrap servers, registry URL, prefix, directory of the model
     */
    public static void main(String[] arguments) throws InterruptedException {
        ClientSettings client = new ClientSettings(arguments[0], arguments[1], arguments[2]);
        Team team = Fixtures.chainOfTwo(1);
        // The registry's stand-in lives in each process; registering in the same order gives the same schema ids.
        new TopicProvisioner(client, Traffic.PARTITIONS, (short) 1).provision(team);
        new AgentService(settings(client, team), LanguageModel.load(Path.of(arguments[3]), 1)).start();
        new CountDownLatch(1).await();
    }

    /** Small batches, so that a process that is killed has some behind and some before it. */
    static AgentSettings settings(ClientSettings client, Team team) {
        List<String> agents = team.getAgents().stream().map(TeamAgent::getName).toList();
        return new AgentSettings(client, team.getName(), agents, "0", 4, Duration.ZERO);
    }

    /** Starts such a process. */
    static Process start(ClientSettings client, Path model) throws java.io.IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-Dai.djl.offline=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AgentProcess.class.getName(),
                        client.bootstrapServers(),
                        client.registryUrl(),
                        client.prefix(),
                        model.toString())
                .inheritIO()
                .start();
    }
}
