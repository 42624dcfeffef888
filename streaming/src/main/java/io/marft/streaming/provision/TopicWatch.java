package io.marft.streaming.provision;

import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.marft.schemas.catalogue.Role;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.wire.RegistryFailure;
import io.marft.schemas.wire.RegistryRefusedException;
import io.marft.schemas.wire.RegistryUnavailableException;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.life.Service;
import io.marft.streaming.life.ThreadedService;
import io.marft.streaming.life.Trouble;
import io.marft.streaming.log.OpenTransaction;
import io.marft.streaming.provision.ClusterTopics.Found;
import io.marft.streaming.provision.TopicPromises.Broken;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the topics that a service reads and writes: before it starts, and every ten seconds while it runs.
 *
 * <p>Before the start every broken promise is refused. While the service runs, a grave one stops it: partitions that came or
 * went, a topic that is gone, settings that delete what is kept for ever. Any other is logged once; the service goes on for as
 * long as the cluster takes its records.
 */
final class TopicWatch extends ThreadedService {

    private static final Logger LOG = LoggerFactory.getLogger(TopicWatch.class);
    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    /** How often a line says that a service waits. */
    private static final Duration REMINDER = Duration.ofMinutes(1);
    /** How often to look, a second apart, before a topic counts as missing: it may have been made a moment ago. */
    private static final int LOOKS = 5;

    private final ClientSettings client;
    private final Role role;
    private final String team;
    private final TopicPromises promises;
    /** Names of the role's topics; turn topics are added when they are first seen. */
    private final Set<String> wanted = new ConcurrentSkipListSet<>();

    private final Set<String> missingBefore = new HashSet<>();
    private final Set<String> said = new HashSet<>();
    /** The ids that topics had when they were first seen: one that is made again has another. */
    private final Map<String, Uuid> ids = new ConcurrentHashMap<>();
    /** Transactions that were open at the last look; the ones that still are hold readers up. */
    private Set<OpenTransaction> openBefore = Set.of();

    private volatile ClusterTopics topics;
    private volatile int partitions;

    /** @param team the team whose turns an agent takes */
    TopicWatch(ClientSettings client, Role role, String team) {
        super(role.label() + "-topics");
        this.client = client;
        this.role = role;
        this.team = team;
        this.promises = new TopicPromises(client);
        Set<Topic> all = new TreeSet<>(role.reads());
        all.addAll(role.writes());
        all.remove(Topic.TURNS);
        all.forEach(topic -> wanted.add(client.topics().of(topic)));
    }

    /**
     * Waits until brokers and registry answer, however long that takes, and looks at the topics.
     *
     * @throws CatalogueException with a line for each topic that breaks a promise
     */
    void begin() {
        Map<String, Found> found = waiting("brokers", client.bootstrapServers(), this::find);
        for (int look = 1; look < LOOKS && !found.keySet().containsAll(wanted); look++) {
            var unused = stop().await(PAUSE);
            found = waiting("brokers", client.bootstrapServers(), this::find);
        }
        partitions = promises.usualPartitions(found.values());
        List<String> lines = broken(found).stream().map(Broken::line).toList();
        if (!lines.isEmpty()) {
            throw CatalogueException.of(lines);
        }
        List<String> untold = found.values().stream()
                .filter(topic -> topic.settings().isEmpty())
                .map(Found::name)
                .toList();
        if (!untold.isEmpty()) {
            LOG.atWarn()
                    .addKeyValue("service", role.label())
                    .log(
                            "cluster does not tell the settings of topics {}, so they are not checked: `marft topics acls`"
                                    + " prints the rights that each service needs",
                            untold);
        }
        waiting("schema registry", client.registryUrl(), this::askRegistry);
        if (role.hasState()) {
            waiting("brokers", client.bootstrapServers(), this::warnOfState);
        }
    }

    /** Makes the service, for which the cluster may be asked once more. */
    Service make(Supplier<Service> maker) {
        return waiting("brokers", client.bootstrapServers(), maker);
    }

    /** Tries a step until cluster or registry answer it, with a line that says for what the service waits. */
    private <T> T waiting(String what, String where, Supplier<T> step) {
        long nextLine = System.nanoTime();
        while (true) {
            try {
                return step.get();
            } catch (RuntimeException e) {
                if (Trouble.of(e).stops() || stop().isMade()) {
                    throw e;
                }
                if (System.nanoTime() - nextLine >= 0) {
                    nextLine = System.nanoTime() + REMINDER.toNanos();
                    LOG.atWarn()
                            .addKeyValue("service", role.label())
                            .addKeyValue("reason", e.getMessage())
                            .log("service waits for the {} at {}", what, where);
                }
                var unused = stop().await(PAUSE);
            }
        }
    }

    /** Any answer will do: what the registry does not have, the service itself says. */
    private boolean askRegistry() {
        try (SchemaRegistryClient registry = client.registry()) {
            return !registry.getAllVersions(client.topics().of(Topic.TEAMS) + "-value")
                    .isEmpty();
        } catch (IOException | RestClientException e) {
            RegistryRefusedException.throwIfRefused(e);
            if (RegistryFailure.of(e) == RegistryFailure.UNAVAILABLE) {
                throw new RegistryUnavailableException(e.getMessage(), e);
            }
            return false;
        }
    }

    private ClusterTopics topics() {
        if (topics == null) {
            topics = new ClusterTopics(client);
        }
        return topics;
    }

    /** What the cluster says of the role's topics. */
    private Map<String, Found> find() {
        if (role.reads().contains(Topic.TURNS) || role.writes().contains(Topic.TURNS)) {
            String own = role == Role.AGENT
                    ? client.topics().turns(team, "")
                    : client.topics().allTurns();
            topics().names().stream()
                    .filter(name ->
                            name.startsWith(own) && client.topics().find(name).isPresent())
                    .forEach(wanted::add);
        }
        return topics().find(wanted);
    }

    private List<Broken> broken(Map<String, Found> found) {
        List<Broken> broken = new ArrayList<>();
        wanted.stream()
                .filter(name -> !found.containsKey(name))
                .map(promises::missing)
                .forEach(broken::add);
        broken.addAll(promises.broken(found.values(), partitions));
        found.values().stream()
                .filter(topic ->
                        !ids.computeIfAbsent(topic.name(), first -> topic.id()).equals(topic.id()))
                .map(promises::madeAgain)
                .forEach(broken::add);
        return broken;
    }

    /** State that lies on fewer replicas than the topics is lost with a disk: an earlier version made it so. */
    private boolean warnOfState() {
        int replicas = topics().find(Set.of(client.topics().of(Topic.OBSERVATIONS))).values().stream()
                .mapToInt(Found::replicas)
                .max()
                .orElse(1);
        String own = client.names().application(role.label()) + "-";
        List<String> state = topics().names().stream()
                .filter(name -> name.startsWith(own) && client.names().isState(name))
                .toList();
        for (Found topic : topics().find(state).values()) {
            if (topic.replicas() < replicas) {
                LOG.atWarn()
                        .addKeyValue("service", role.label())
                        .addKeyValue("topic", topic.name())
                        .log(
                                "state has {} replicas, but the topics have {}: give it more with"
                                        + " kafka-reassign-partitions.sh, or lose it with a broker's disk",
                                topic.replicas(),
                                replicas);
            }
        }
        return true;
    }

    @Override
    protected void work() {
        while (!stop().await(INTERVAL)) {
            Optional<Map<String, Found>> found = look();
            found.ifPresent(this::judge);
            found.ifPresent(topics -> sayWhatHoldsReadersUp(topics.values()));
        }
    }

    /** A look that the cluster does not answer says nothing; the service itself meets what is wrong. */
    private Optional<Map<String, Found>> look() {
        try {
            return Optional.of(find());
        } catch (RuntimeException e) {
            LOG.atDebug().addKeyValue("service", role.label()).setCause(e).log("topics cannot be looked at");
            return Optional.empty();
        }
    }

    private void sayWhatHoldsReadersUp(Collection<Found> found) {
        try {
            Set<OpenTransaction> open = Set.copyOf(topics().open(found));
            Instant now = Instant.now();
            open.stream()
                    .filter(transaction -> openBefore.stream().anyMatch(transaction::isStill))
                    .forEach(transaction ->
                            LOG.atWarn().addKeyValue("service", role.label()).log("{}", transaction.line(now)));
            openBefore = open;
        } catch (RuntimeException e) {
            LOG.atDebug().addKeyValue("service", role.label()).setCause(e).log("transactions cannot be looked at");
        }
    }

    private void judge(Map<String, Found> found) {
        List<Broken> broken = new ArrayList<>(broken(found));
        // A topic that is gone at one look only was deleted and made again.
        Set<String> missing = new HashSet<>(wanted);
        missing.removeAll(found.keySet());
        broken.removeIf(one -> missing.contains(one.topic()) && !missingBefore.contains(one.topic()));
        missingBefore.clear();
        missingBefore.addAll(missing);
        List<String> grave =
                broken.stream().filter(Broken::grave).map(Broken::line).toList();
        if (!grave.isEmpty()) {
            throw CatalogueException.of(grave);
        }
        said.retainAll(broken.stream().map(Broken::line).toList());
        for (Broken one : broken) {
            if (said.add(one.line())) {
                LOG.atError()
                        .addKeyValue("service", role.label())
                        .addKeyValue("topic", one.topic())
                        .log(one.line());
            }
        }
    }

    /**
     * What a look at the topics says of a failure of the service.
     *
     * @return a line for each broken promise that the failure follows from; empty if there is none
     */
    Optional<CatalogueException> explain(Throwable failure) {
        List<String> lines = look().map(this::broken).orElse(List.of()).stream()
                .filter(one -> one.grave()
                        || (Trouble.isOfRecordLimits(failure) && !one.settings().isEmpty()))
                .map(Broken::line)
                .toList();
        return lines.isEmpty() ? Optional.empty() : Optional.of(CatalogueException.of(lines));
    }

    @Override
    protected void release() {
        if (topics != null) {
            topics.close();
        }
    }
}
