package io.marft.streaming.provision;

import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.catalogue.TopicNames;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.wire.RegistryRefusedException;
import io.marft.streaming.connect.ClientSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Creates the catalogue's topics and registers their schemas, and checks those that are there already: a topic of the
 * wrong number of partitions would break co-partitioning, and is refused instead of repaired. Running it again changes
 * nothing.
 */
public final class TopicProvisioner {

    /** Kafka's own default, said aloud: services bound what they write by it, whatever a broker's default is. */
    private static final String MOST_RECORD_BYTES = "1048588";

    private final ClientSettings settings;
    private final int partitions;
    private final short replication;

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
    }

    /**
     * For topics that are to be added to a cluster that is prepared: with the numbers that its observations have.
     *
     * @throws CatalogueException if it is not prepared
     */
    public static TopicProvisioner like(ClientSettings settings) {
        NamedTopic observations = new NamedTopic(settings.topics().of(Topic.OBSERVATIONS), Topic.OBSERVATIONS);
        try (Admin admin = Admin.create(settings.admin())) {
            TopicDescription there = describe(admin, observations)
                    .orElseThrow(() -> new CatalogueException("topic " + observations.name() + " does not exist on "
                            + settings.bootstrapServers() + ": prepare the cluster with `marft provision`"));
            int replication = there.partitions().get(0).replicas().size();
            return new TopicProvisioner(settings, there.partitions().size(), (short) replication);
        }
    }

    /** Creates or checks the topics that a team needs, and registers every schema. */
    public void provision(Team team) {
        List<NamedTopic> wanted = topics(team);
        try (Admin admin = Admin.create(settings.admin())) {
            for (NamedTopic named : wanted) {
                create(admin, named);
            }
            for (NamedTopic named : wanted) {
                check(admin, named);
            }
        }
        register(wanted);
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

    private void create(Admin admin, NamedTopic named) {
        Topic topic = named.topic();
        NewTopic newTopic = new NewTopic(named.name(), partitionsOf(topic), replication)
                .configs(Map.of(
                        "cleanup.policy",
                        topic.cleanupPolicy(),
                        "retention.ms",
                        topic.retention().map(d -> Long.toString(d.toMillis())).orElse("-1"),
                        "retention.bytes",
                        "-1",
                        "max.message.bytes",
                        MOST_RECORD_BYTES));
        try {
            admin.createTopics(List.of(newTopic)).all().get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new CatalogueException(
                        "topic " + named.name() + " could not be created: "
                                + e.getCause().getMessage(),
                        e.getCause());
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private void check(Admin admin, NamedTopic named) {
        // A topic that was created a moment ago may not have reached the broker that answers.
        for (int attempt = 0; ; attempt++) {
            Optional<TopicDescription> description = describe(admin, named);
            if (description.isPresent()) {
                int found = description.get().partitions().size();
                int wanted = partitionsOf(named.topic());
                if (found != wanted) {
                    throw new CatalogueException("topic " + named.name() + " has " + found
                            + " partitions, but the catalogue wants " + wanted
                            + ": set the number of partitions to what the cluster has, or use another prefix");
                }
                return;
            }
            if (attempt == 50) {
                throw new CatalogueException(
                        "topic " + named.name() + " was created but does not appear on " + settings.bootstrapServers());
            }
            pause();
        }
    }

    private static Optional<TopicDescription> describe(Admin admin, NamedTopic named) {
        try {
            return Optional.of(admin.describeTopics(List.of(named.name()))
                    .allTopicNames()
                    .get()
                    .get(named.name()));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return Optional.empty();
            }
            throw new CatalogueException(
                    "topic " + named.name() + " could not be described: "
                            + e.getCause().getMessage(),
                    e.getCause());
        } catch (InterruptedException e) {
            throw interrupted(e);
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
