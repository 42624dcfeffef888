package io.marft.local;

import io.marft.actor.acting.AgentService;
import io.marft.actor.acting.AgentSettings;
import io.marft.actor.acting.Policy;
import io.marft.actor.routing.RouterService;
import io.marft.actor.routing.RouterSettings;
import io.marft.environments.feed.EnvironmentService;
import io.marft.environments.feed.EnvironmentSettings;
import io.marft.environments.task.Task;
import io.marft.policy.LanguageModel;
import io.marft.reward.assemble.AssembleService;
import io.marft.reward.score.ScoreService;
import io.marft.schemas.catalogue.Role;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.life.Service;
import io.marft.streaming.provision.PromisedService;
import io.marft.trainer.configure.TrainerSettings;
import io.marft.trainer.service.TrainerService;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * The services that a deployment consists of, and how each is made. A new one is a line here: {@code marft serve} then runs it,
 * the local stack starts it, and a test asks the compose file for it. Within a part they start in this order.
 */
@SuppressWarnings("ImmutableEnumChecker") // Makers are functions without state.
public enum ServiceKind {
    REWARD(
            Part.SERVING,
            Role.REWARD,
            parts -> new ScoreService(parts.client(), parts.instance(), parts.stateDirectory())),
    ASSEMBLER(
            Part.SERVING,
            Role.ASSEMBLER,
            parts -> new AssembleService(parts.client(), parts.instance(), parts.stateDirectory())),
    ROUTER(
            Part.SERVING,
            Role.ROUTER,
            parts -> new RouterService(new RouterSettings(parts.client(), parts.instance(), parts.stateDirectory()))),
    AGENTS(Part.SERVING, Role.AGENT, parts -> new AgentService(parts.agents(), parts.policy())),
    TRAINER(Part.TRAINING, Role.TRAINER, parts -> {
        TrainerSettings settings = parts.trainer(); // Before a model is loaded for nothing.
        return new TrainerService(parts.model(), settings, parts.instance());
    }),
    ENVIRONMENT(
            Part.TRAINING,
            Role.ENVIRONMENT,
            parts -> new EnvironmentService(parts.client(), parts.environment(), parts.task()));

    /** When the local stack runs a service. */
    public enum Part {
        /** From the stack's start to its end. */
        SERVING,
        /** While it trains. */
        TRAINING
    }

    /** What services are made of. A service asks for what it needs only, so a model is loaded for those that have one. */
    public interface Parts {

        ClientSettings client();

        /** The name of the team that is served. */
        String teamName();

        /** The process's name among those of its service. */
        String instance();

        /** Where Kafka Streams keeps its lock and bookkeeping. */
        Path stateDirectory();

        AgentSettings agents();

        Policy policy();

        /** The base model; stays the caller's, who closes it after the service. */
        LanguageModel model();

        TrainerSettings trainer();

        EnvironmentSettings environment();

        Task task();
    }

    private final Part part;
    private final Role role;
    private final Function<Parts, Service> maker;

    ServiceKind(Part part, Role role, Function<Parts, Service> maker) {
        this.part = part;
        this.role = role;
        this.maker = maker;
    }

    /** The services of a part, in the order in which they start. */
    public static List<ServiceKind> of(Part part) {
        return Arrays.stream(values()).filter(kind -> kind.part == part).toList();
    }

    /** The service's name as a user writes it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Makes the service, which is not started, once brokers and registry answer.
     *
     * @throws io.marft.streaming.provision.CatalogueException if topics are not as the catalogue promises
     */
    public Service make(Parts parts) {
        return PromisedService.of(parts.client(), role, parts.teamName(), () -> maker.apply(parts));
    }
}
