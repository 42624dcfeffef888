package io.marft.actor.acting;

import io.marft.actor.serving.AdaptersInService;
import io.marft.policy.LanguageModel;
import io.marft.schemas.client.Service;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Some of a team's agents, served by one policy in one process: a worker for each agent, and one reader of
 * adapters for all. Any number of such services may run, each with an instance name of its own; those of one agent share
 * its partitions.
 */
public final class AgentService implements Service {

    private final AdaptersInService adapters;
    private final List<AgentWorker> workers;

    /** @param model the model; stays the caller's, who closes it after this service */
    public AgentService(AgentSettings settings, LanguageModel model) {
        this(settings, new TurnGenerator(model));
    }

    /** @param policy what the agents decide with */
    public AgentService(AgentSettings settings, Policy policy) {
        this.adapters = new AdaptersInService(
                settings.client(),
                settings.instance(),
                settings.team(),
                Set.copyOf(settings.agents()),
                policy.digest(),
                policy.config());
        this.workers = settings.agents().stream()
                .map(agent -> new AgentWorker(agent, settings, policy, adapters))
                .toList();
    }

    @Override
    public String name() {
        return "agents";
    }

    /** Starts the agents; they take their first turn once all published adapters have been read. */
    @Override
    public void start() {
        adapters.start();
        workers.forEach(Service::start);
    }

    @Override
    public Optional<Throwable> failure() {
        return Stream.concat(Stream.of(adapters), workers.stream())
                .map(Service::failure)
                .flatMap(Optional::stream)
                .findFirst();
    }

    @Override
    public void close() {
        workers.forEach(AgentWorker::askToStop);
        adapters.close();
        workers.forEach(Service::close);
    }
}
