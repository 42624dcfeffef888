package io.marft.actor.acting;

import io.marft.actor.adapters.AdapterFollower;
import io.marft.policy.LanguageModel;
import io.marft.schemas.wire.RegistryUnavailableException;
import io.marft.streaming.life.Service;
import io.marft.streaming.log.TeamLog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Some of a team's agents, or all of them, served by one policy in one process: a worker for each agent, and one reader of
 * adapters for all. Any number of such services may run, each with an instance name of its own; those of one agent share
 * its partitions.
 *
 * <p>Where it serves the whole team it follows the team's versions on the log: an agent that a version adds is served at
 * once, and one that it leaves out until no episode can need it any more.
 */
public final class AgentService implements Service {

    private static final Logger LOG = LoggerFactory.getLogger(AgentService.class);
    private static final long LOOK_MILLIS = 500;

    private final AgentSettings settings;
    private final AdapterFollower adapters;
    private final Function<String, AgentWorker> hire;
    private final Map<String, AgentWorker> workers = new ConcurrentSkipListMap<>();
    private final Thread follower = new Thread(this::follow, "agents-of-team");
    private final CountDownLatch closing = new CountDownLatch(1);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

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
        this.hire = agent -> new AgentWorker(agent, settings, policy, adapters);
        settings.agents().forEach(agent -> workers.put(agent, hire.apply(agent)));
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

    private void follow() {
        try (TeamLog team = new TeamLog(settings.client(), settings.team())) {
            while (closing.getCount() > 0) {
                try {
                    serve(AgentRoster.at(Instant.now(), team.refresh().versions()));
                } catch (RetriableException | RegistryUnavailableException e) {
                    LOG.atWarn()
                            .addKeyValue("team", settings.team())
                            .setCause(e)
                            .log("the team's versions cannot be read now");
                }
                var unused = closing.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            failure.set(e);
            LOG.atError()
                    .addKeyValue("team", settings.team())
                    .setCause(e)
                    .log("agents stop following their team on a fatal error");
        }
    }

    private void serve(Set<String> wanted) {
        for (String agent : wanted) {
            if (!workers.containsKey(agent)) {
                LOG.atInfo().addKeyValue("agent", agent).log("agent is taken into service");
                AgentWorker worker = hire.apply(agent);
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
        return Stream.concat(
                        Optional.ofNullable(failure.get()).stream(),
                        Stream.concat(Stream.of(adapters), workers.values().stream())
                                .map(Service::failure)
                                .flatMap(Optional::stream))
                .findFirst();
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            follower.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        List<AgentWorker> leaving = new ArrayList<>(workers.values());
        leaving.forEach(AgentWorker::askToStop);
        adapters.close();
        leaving.forEach(Service::close);
    }
}
