package io.marft.actor.acting;

import io.marft.actor.adapters.AdapterFollower;
import io.marft.policy.LanguageModel;
import io.marft.streaming.life.Service;
import io.marft.streaming.life.ThreadedService;
import io.marft.streaming.log.TeamLog;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Some of a team's agents, or all of them, served by one policy in one process: a worker for each agent, and one reader of
 * adapters for all. Any number of such services may run, each with an instance name of its own; those of one agent share
 * its partitions.
 *
 * <p>A service of the whole team follows the team's versions on the log. An agent that a version adds is served at once.
 * One that a version leaves out is served until no episode can need it any more.
 */
public final class AgentService implements Service {

    private static final Logger LOG = LoggerFactory.getLogger(AgentService.class);
    private static final Duration LOOK = Duration.ofMillis(500);

    private final AgentSettings settings;
    private final AdapterFollower adapters;
    private final Function<String, AgentWorker> newWorker;
    private final Map<String, AgentWorker> workers = new ConcurrentSkipListMap<>();
    private final TeamFollower follower = new TeamFollower();

    /** @param model the model; stays the caller's, who closes it after this service */
    public AgentService(AgentSettings settings, LanguageModel model) {
        this(settings, new TurnGenerator(model));
    }

    /** @param policy what the agents decide with */
    public AgentService(AgentSettings settings, Policy policy) {
        this.settings = settings;
        this.adapters = new AdapterFollower(
                settings.client(),
                settings.instance(),
                settings.team(),
                Set.copyOf(settings.agents()),
                policy.digest(),
                policy.config());
        this.newWorker = agent -> new AgentWorker(agent, settings, policy, adapters);
        settings.agents().forEach(agent -> workers.put(agent, newWorker.apply(agent)));
    }

    @Override
    public String name() {
        return "agents";
    }

    /** Starts the agents; they take their first turn once all published adapters have been read. */
    @Override
    public void start() {
        adapters.start();
        workers.values().forEach(Service::start);
        if (settings.agents().isEmpty()) {
            follower.start();
        }
    }

    /** Takes agents into service, and lets them go, as the team's versions on the log say. */
    private final class TeamFollower extends ThreadedService {

        TeamFollower() {
            super("agents-of-team");
        }

        @Override
        protected void work() {
            try (TeamLog team = new TeamLog(settings.client(), settings.team())) {
                do {
                    serve(AgentRoster.at(
                            Instant.now(), patience().get(() -> team.refresh().datedVersions())));
                } while (!stop().await(LOOK));
            }
        }
    }

    private void serve(Set<String> wanted) {
        for (String agent : wanted) {
            if (!workers.containsKey(agent)) {
                LOG.atInfo().addKeyValue("agent", agent).log("agent is taken into service");
                AgentWorker worker = newWorker.apply(agent);
                workers.put(agent, worker);
                worker.start();
            }
        }
        for (String agent : List.copyOf(workers.keySet())) {
            if (!wanted.contains(agent)) {
                LOG.atInfo().addKeyValue("agent", agent).log("agent is no longer in the team and is let go");
                workers.remove(agent).close();
            }
        }
    }

    @Override
    public Optional<Throwable> failure() {
        return Stream.concat(Stream.of(follower, adapters), workers.values().stream())
                .map(Service::failure)
                .flatMap(Optional::stream)
                .findFirst();
    }

    @Override
    public void close() {
        follower.close();
        List<AgentWorker> leaving = new ArrayList<>(workers.values());
        leaving.forEach(AgentWorker::askToStop);
        adapters.close();
        leaving.forEach(Service::close);
    }
}
