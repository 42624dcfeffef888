package io.marft.cli.stack;

import io.marft.cli.options.ClusterAddress;
import io.marft.cli.options.StackOptions;
import io.marft.cli.process.Logs;
import io.marft.cli.process.StopSignal;
import io.marft.environments.client.Asker;
import io.marft.local.LocalCluster;
import io.marft.local.LocalStack;
import io.marft.local.RunningStack;
import io.marft.local.StackSettings;
import io.marft.reward.verify.BoxedVerifier;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.team.DependencyFunction;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.log.OpenTransaction;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.InterruptException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks the team one question through the topics. */
@Command(
        name = "ask",
        description = "Sends one question through the topics of a running stack, or of one started for it, and shows "
                + "every agent's action, its adapter version and the answer.",
        mixinStandardHelpOptions = true)
public final class AskCommand implements Callable<Integer> {

    private static final Duration GLANCE = Duration.ofMillis(20);

    @Parameters(index = "0", paramLabel = "QUESTION", description = "The question.")
    private String question;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "How long to wait for the answer. Default: ${DEFAULT-VALUE}.")
    private int timeout;

    @Mixin
    private ClusterAddress cluster;

    @Mixin
    private StackOptions stackOptions;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (cluster.named()) {
            return ask(cluster.client());
        }
        Optional<RunningStack> running = RunningStack.find(stackOptions.dataDirectory());
        if (running.isPresent()) {
            return ask(running.get().client());
        }
        StackSettings settings = stackOptions.settings();
        PrintWriter errors = spec.commandLine().getErr();
        try (StopSignal signal = new StopSignal()) { // Or the registry would outlive this process.
            LocalCluster.prepare(settings.dataDirectory());
            Logs.toFile(settings.dataDirectory());
            try (LocalStack stack = LocalStack.start(settings, step -> {
                signal.check();
                errors.println(step);
            })) {
                return ask(stack.client(), signal);
            }
        }
    }

    /** Asks on a thread of its own, so that a signal does not wait for the answer. */
    private int ask(ClientSettings client, StopSignal signal) {
        CompletableFuture<Integer> asked = CompletableFuture.supplyAsync(() -> ask(client), task -> {
            Thread thread = new Thread(task, "ask");
            thread.setDaemon(true);
            thread.start();
        });
        while (!asked.isDone()) {
            signal.await(GLANCE);
        }
        return asked.join();
    }

    private int ask(ClientSettings client) {
        Team team = stackOptions.team().inForce(client);
        PrintWriter out = spec.commandLine().getOut();
        Asker.Outcome outcome = new Asker(client, team).ask(question, Duration.ofSeconds(timeout), action -> {
            out.printf(
                    "%s (%s): %s%n",
                    action.getAgent(),
                    action.getAdapterVersion() == 0 ? "base model" : "adapter v" + action.getAdapterVersion(),
                    action.getText());
            out.flush();
        });
        if (outcome instanceof Asker.Answered answered) {
            answers(team, answered.actions()).forEach(answer -> out.println("answer: " + answer));
            return 0;
        }
        spec.commandLine().getErr().println("marft: " + failure(outcome, client));
        return 1;
    }

    /**
     * The answers of the last step in which anyone answered, in declared order of their agents: what is in the last box, or
     * the whole text where there is none.
     */
    private static List<String> answers(Team team, List<Action> actions) {
        List<String> answering = new DependencyFunction(team)
                .answering().stream().map(TeamAgent::getName).toList();
        int last = actions.stream()
                .filter(action -> answering.contains(action.getAgent()))
                .mapToInt(Action::getStep)
                .max()
                .orElse(-1);
        return answering.stream()
                .flatMap(agent -> actions.stream()
                        .filter(action ->
                                action.getStep() == last && action.getAgent().equals(agent)))
                .map(action -> BoxedVerifier.boxed(action.getText()).orElse(action.getText()))
                .toList();
    }

    /** What holds readers up, where that is not a service that is away. */
    private static Optional<String> heldUp(ClientSettings client) {
        try (Admin admin = Admin.create(client.admin())) {
            return OpenTransaction.lines(client, admin).stream().findFirst();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException | IllegalStateException e) {
            return Optional.empty(); // A hint was looked for; what is the matter has been said.
        }
    }

    private String failure(Asker.Outcome outcome, ClientSettings client) {
        if (outcome instanceof Asker.Refused refused) {
            return "the question was refused by service " + refused.letter().getService() + ": "
                    + refused.letter().getReason();
        }
        return "no answer within " + timeout + " s: "
                + heldUp(client).orElse("see that router and agents are running, with `marft lag`");
    }
}
