package io.marft.streaming.provision;

import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.catalogue.TopicNames;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.wire.RegistryRefusedException;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.provision.ClusterTopics.Found;
import io.marft.streaming.provision.TopicPromises.Broken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.KafkaException;

/**
 * Creates the catalogue's topics and registers their schemas, and checks those that are there already: a topic that does not
 * keep what the catalogue promises ({@link TopicPromises}) is refused, and only mended if that is asked for. Running it again
 * changes nothing.
 */
public final class TopicProvisioner {

    /** How often to look for what was just changed, a tenth of a second apart. */
    private static final int LOOKS = 50;

    private final ClientSettings settings;
    private final int partitions;
    private final short replication;
    private final TopicPromises promises;

    /**
     * @param partitions the number of partitions of episode-keyed topics, at least 1
     * @param replication the replication factor, at least 1
     */
    public TopicProvisioner(ClientSettings settings, int partitions, short replication) {
        if (partitions < 1 || replication < 1) {
            throw new IllegalArgumentException(
                    "partitions and replication must be at least 1, got: " + partitions + " and " + replication);
        }
        this.settings = settings;
        this.partitions = partitions;
        this.replication = replication;
        this.promises = new TopicPromises(settings);
    }

    /**
     * For topics that are to be added to a cluster that is prepared: with the numbers that its observations have.
     *
     * @throws CatalogueException if it is not prepared
     */
    public static TopicProvisioner like(ClientSettings settings) {
        Found observations = observations(settings);
        return new TopicProvisioner(settings, observations.partitions(), (short) observations.replicas());
    }

    /**
     * How many replicas topics have on a cluster that is prepared: as many as its observations. A service gives as many to the
     * topics in which it keeps its state.
     *
     * @throws CatalogueException if it is not prepared
     */
    public static short replication(ClientSettings settings) {
        return (short) observations(settings).replicas();
    }

    private static Found observations(ClientSettings settings) {
        String name = settings.topics().of(Topic.OBSERVATIONS);
        try (ClusterTopics topics = new ClusterTopics(settings)) {
            Found found = topics.find(List.of(name)).get(name);
            if (found == null) {
                throw new CatalogueException(
                        new TopicPromises(settings).missing(name).line());
            }
            return found;
        }
    }

    /**
     * Creates or checks the topics that a team needs, and registers every schema.
     *
     * @throws CatalogueException with a line for each topic that breaks a promise
     */
    public void provision(Team team) {
        provision(team, Change.NONE);
    }

    /** What provisioning may change of topics that are there. */
    public enum Change {
        NONE,
        /** Settings that break a promise get the values that the catalogue has. */
        MEND,
        /** As {@link #MEND}, and topics keyed by episode, and those that hold state by episode, get more partitions. */
        GROW
    }

    /**
     * As {@link #provision(Team)}, after changing what may be changed.
     *
     * @return what was changed, a line for each topic
     */
    public List<String> provision(Team team, Change change) {
        List<NamedTopic> wanted = topics(team);
        List<String> changed = new ArrayList<>();
        try (ClusterTopics topics = new ClusterTopics(settings)) {
            if (change == Change.GROW) {
                changed.addAll(grow(topics));
            }
            for (NamedTopic named : wanted) {
                create(topics, named);
            }
            List<String> broken = new ArrayList<>();
            for (Broken one : check(topics, withOtherTurns(topics, wanted))) {
                if (change == Change.NONE || one.settings().isEmpty()) {
                    broken.add(one.line());
                } else {
                    topics.set(one.topic(), one.settings());
                    changed.add("topic " + one.topic() + " is mended: it has " + one.settings() + " now");
                }
            }
            if (!broken.isEmpty()) {
                throw CatalogueException.of(broken);
            }
        }
        register(wanted);
        return changed;
    }

    /** The topics that are wanted, and all turn topics that are there: of other teams, and of agents that left theirs. */
    private List<NamedTopic> withOtherTurns(ClusterTopics topics, List<NamedTopic> wanted) {
        List<NamedTopic> all = new ArrayList<>(wanted);
        topics.names().stream()
                .filter(name ->
                        settings.topics().find(name).filter(Topic.TURNS::equals).isPresent())
                .map(name -> new NamedTopic(name, Topic.TURNS))
                .filter(turns -> !wanted.contains(turns))
                .forEach(all::add);
        return all;
    }

    /**
     * Gives topics keyed by episode more partitions, of all teams, and the topics in which services keep their state by
     * episode. An episode that is open meanwhile would be looked for in another partition than it is in.
     */
    private List<String> grow(ClusterTopics topics) {
        List<String> ours =
                topics.groups().stream().filter(settings.names()::isOurs).toList();
        Set<String> living = topics.livingGroups(ours);
        if (!living.isEmpty()) {
            throw new CatalogueException("topics cannot grow while services run: let open episodes close, and stop"
                    + " the services of groups " + new TreeSet<>(living));
        }
        List<Found> fewer = fewer(topics);
        topics.grow(fewer.stream().map(Found::name).toList(), partitions);
        for (int attempt = 0; attempt < LOOKS && !fewer(topics).isEmpty(); attempt++) {
            pause();
        }
        return fewer.stream()
                .map(topic -> "topic " + topic.name() + " has grown from " + topic.partitions() + " to " + partitions
                        + " partitions")
                .toList();
    }

    /** The topics that have fewer partitions than they are to have. */
    private List<Found> fewer(ClusterTopics topics) {
        List<String> byEpisode = topics.names().stream()
                .filter(name ->
                        settings.topics().find(name).filter(Topic::partitioned).isPresent()
                                || settings.names().isState(name))
                .toList();
        return topics.find(byEpisode).values().stream()
                .filter(topic -> topic.partitions() < partitions)
                .toList();
    }

    private record NamedTopic(String name, Topic topic) {}

    private List<NamedTopic> topics(Team team) {
        TopicNames names = settings.topics();
        List<NamedTopic> topics = new ArrayList<>();
        for (Topic topic : Topic.values()) {
            if (topic != Topic.TURNS) {
                topics.add(new NamedTopic(names.of(topic), topic));
            }
        }
        for (TeamAgent agent : team.getAgents()) {
            topics.add(new NamedTopic(names.turns(team.getName(), agent.getName()), Topic.TURNS));
        }
        return topics;
    }

    private int partitionsOf(Topic topic) {
        return topic.partitioned() ? partitions : 1;
    }

    private void create(ClusterTopics topics, NamedTopic named) {
        try {
            topics.create(named.name(), named.topic(), partitionsOf(named.topic()), replication);
        } catch (KafkaException e) {
            throw new CatalogueException("topic " + named.name() + " could not be created: " + e.getMessage(), e);
        }
    }

    private List<Broken> check(ClusterTopics topics, List<NamedTopic> wanted) {
        Collection<Found> found = await(topics, wanted).values();
        List<Broken> broken = new ArrayList<>(promises.broken(found, partitions));
        for (Found topic : found) {
            if (topic.replicas() < replication) {
                broken.add(promises.tooFewReplicas(topic, replication));
            }
        }
        return broken;
    }

    /** A topic that was created a moment ago may not have reached the broker that answers. */
    private Map<String, Found> await(ClusterTopics topics, List<NamedTopic> wanted) {
        List<String> names = wanted.stream().map(NamedTopic::name).toList();
        for (int attempt = 0; ; attempt++) {
            Map<String, Found> found = find(topics, names);
            Optional<String> absent =
                    names.stream().filter(name -> !found.containsKey(name)).findFirst();
            if (absent.isEmpty()) {
                return found;
            }
            if (attempt == LOOKS) {
                throw new CatalogueException(
                        "topic " + absent.get() + " was created but does not appear on " + settings.bootstrapServers());
            }
            pause();
        }
    }

    private static Map<String, Found> find(ClusterTopics topics, List<String> names) {
        try {
            return topics.find(names);
        } catch (KafkaException e) {
            throw new CatalogueException("topics could not be described: " + e.getMessage(), e);
        }
    }

    private void register(List<NamedTopic> wanted) {
        try (SchemaRegistryClient registry = settings.registry()) {
            SchemaRegistration registration = new SchemaRegistration(settings, registry);
            for (NamedTopic named : wanted) {
                registration.register(named.name(), named.topic());
            }
        } catch (IOException e) {
            RegistryRefusedException.throwIfRefused(e);
            throw new CatalogueException(
                    "schema registry at " + settings.registryUrl() + " cannot be reached: " + e.getMessage(), e);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static CatalogueException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new CatalogueException("provisioning was interrupted", e);
    }
}
