package io.marft.system;

import io.marft.actor.acting.AgentService;
import io.marft.actor.acting.AgentSettings;
import io.marft.bench.pipeline.StubPolicy;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.team.TeamFile;
import io.marft.streaming.connect.ClientSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The program that {@code marft serve agents} is, but for its policy, which computes nothing: everything around it is as in
 * production.
 */
final class StubAgents {

    private StubAgents() {}

    /** Arguments: bootstrap servers, registry's URL, prefix, team's file, model's directory, instance. */
    @SuppressWarnings("SystemOut") // That it runs is this program's output.
    public static void main(String[] arguments) throws InterruptedException {
        ClientSettings client = new ClientSettings(arguments[0], arguments[1], arguments[2]);
        Team team = TeamFile.load(Path.of(arguments[3]));
        Checkpoint model = Checkpoint.read(Path.of(arguments[4]));
        AgentSettings settings = new AgentSettings(
                client,
                team.getName(),
                team.getAgents().stream().map(TeamAgent::getName).toList(),
                arguments[5],
                32,
                Duration.ofMillis(5));
        AgentService service = new AgentService(settings, new StubPolicy(model.digest(), model.config()));
        CountDownLatch asked = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            service.close();
            asked.countDown();
        }));
        service.start();
        System.out.println("service agents runs");
        while (service.failure().isEmpty() && !asked.await(200, TimeUnit.MILLISECONDS)) {
            // Both are looked at again.
        }
        service.failure().ifPresent(failure -> {
            System.out.println("service agents stopped: " + failure);
            Runtime.getRuntime().halt(1);
        });
    }
}
