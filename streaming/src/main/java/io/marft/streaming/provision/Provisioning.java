package io.marft.streaming.provision;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Team;
import io.marft.schemas.team.TeamChange;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.log.TeamLog;
import io.marft.streaming.provision.TopicProvisioner.Change;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/**
 * Prepares a cluster for a team, and changes the team while it runs. A team file gives a team its first version; from then
 * on the log says what the team is, and only a file that is {@linkplain #apply applied}, or that states a version above
 * those on the log, changes it.
 */
public final class Provisioning {

    private Provisioning() {}

    /**
     * How a team stands on the log.
     *
     * @param team its version in force: the one that new episodes take
     * @param written whether that version was written just now
     */
    public record Standing(Team team, boolean written) {

        /** Whether the version in force is another than a file's. */
        public boolean differs(Team file) {
            return !sameContent(team, file);
        }
    }

    /**
     * Creates and checks the team's topics, registers every schema, and writes the file's version where the log has no
     * version of the team, or none as high as the one that it states.
     *
     * @param file the team as its file says; version 0 stands for none stated
     * @param partitions the number of partitions of topics keyed by episode
     * @param replication the replication factor of new topics, and the least of those that are there
     * @throws CatalogueException with a line for each topic that breaks a promise
     * @throws TeamConflictException if the file states a version that is there with another content, or that cannot follow
     */
    public static Standing provision(ClientSettings client, Team file, int partitions, short replication) {
        return provision(client, file, partitions, replication, Change.NONE, line -> {});
    }

    /**
     * As {@link #provision(ClientSettings, Team, int, short)}.
     *
     * @param change what may be changed of topics that are there
     * @param changed takes a line for each topic that was changed
     */
    public static Standing provision(
            ClientSettings client,
            Team file,
            int partitions,
            short replication,
            Change change,
            Consumer<String> changed) {
        new TopicProvisioner(client, partitions, replication)
                .provision(file, change)
                .forEach(changed);
        List<Team> versions = TeamLog.read(client, file.getName());
        Optional<Team> newest = newest(versions);
        checkStated(versions, file);
        boolean writes = newest.isEmpty() || file.getVersion() > newest.get().getVersion();
        return writes ? write(client, versions, file) : new Standing(newest.get(), false);
    }

    /**
     * Makes a file's content the team's newest version, unless it is that already, on a cluster that is prepared; creates
     * the topics of agents that join.
     *
     * @param file the team as its file says; version 0 stands for the next free one
     * @throws TeamConflictException if the version stated is taken, or the content cannot follow
     */
    public static Standing apply(ClientSettings client, Team file) {
        TopicProvisioner topics = TopicProvisioner.like(client);
        List<Team> versions = TeamLog.read(client, file.getName());
        Optional<Team> newest = newest(versions);
        checkStated(versions, file);
        if (newest.isPresent() && sameContent(newest.get(), file)) {
            return new Standing(newest.get(), false);
        }
        if (newest.isPresent()
                && file.getVersion() > 0
                && file.getVersion() <= newest.get().getVersion()) {
            throw new TeamConflictException(name(file) + " version " + file.getVersion()
                    + " is on the log already, and version " + newest.get().getVersion()
                    + " is the newest: leave 'version' out of the file to apply it anew");
        }
        refuse(versions, file);
        topics.provision(file);
        return write(client, versions, file);
    }

    /** A team's version in force; the file's as long as the log has none. */
    public static Team inForce(ClientSettings client, Team file) {
        return newest(TeamLog.read(client, file.getName())).orElse(file);
    }

    private static Optional<Team> newest(List<Team> versions) {
        return versions.isEmpty() ? Optional.empty() : Optional.of(versions.get(versions.size() - 1));
    }

    private static boolean sameContent(Team one, Team other) {
        return Team.newBuilder(other)
                .setVersion(one.getVersion())
                .setCreatedAt(one.getCreatedAt())
                .build()
                .equals(one);
    }

    private static void checkStated(List<Team> versions, Team file) {
        for (Team known : versions) {
            if (known.getVersion() == file.getVersion() && !sameContent(known, file)) {
                throw new TeamConflictException(name(file) + " version " + file.getVersion()
                        + " is on the log with another content: a changed team needs a new version; leave 'version' out"
                        + " of the file, and `marft team apply` takes the next");
            }
        }
    }

    private static void refuse(List<Team> versions, Team file) {
        TeamChange.refusal(versions, file).ifPresent(why -> {
            throw new TeamConflictException(name(file) + " cannot be changed so: " + why);
        });
    }

    private static Standing write(ClientSettings client, List<Team> versions, Team file) {
        refuse(versions, file);
        int next = newest(versions).map(Team::getVersion).orElse(0) + 1;
        Team team = Team.newBuilder(file)
                .setVersion(file.getVersion() > 0 ? file.getVersion() : next)
                .setCreatedAt(Instant.now().truncatedTo(ChronoUnit.MILLIS))
                .build();
        write(client, team);
        Team there = TeamLog.read(client, team.getName()).stream()
                .filter(version -> version.getVersion() == team.getVersion())
                .findFirst()
                .orElseThrow();
        if (!there.equals(team)) {
            throw new TeamConflictException("another version " + team.getVersion() + " of " + name(file)
                    + " was written in the same moment: look at it with `marft team show`, and try again");
        }
        return new Standing(team, true);
    }

    private static String name(Team team) {
        return "team '" + team.getName() + "'";
    }

    private static void write(ClientSettings client, Team team) {
        String topic = client.topics().of(Topic.TEAMS);
        try (RecordCodec codec = client.codec();
                KafkaProducer<String, byte[]> producer = new KafkaProducer<>(client.producer("marft-provision"))) {
            producer.send(new ProducerRecord<>(topic, team.getName(), codec.encode(topic, team)))
                    .get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CatalogueException("interrupted while writing " + name(team), e);
        } catch (ExecutionException | KafkaException e) {
            throw new CatalogueException(name(team) + " cannot be written: " + e.getMessage(), e);
        }
    }
}
