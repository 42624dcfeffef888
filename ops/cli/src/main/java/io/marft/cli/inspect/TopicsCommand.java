package io.marft.cli.inspect;

import io.marft.cli.options.ClusterOptions;
import io.marft.schemas.catalogue.Role;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.catalogue.TopicNames;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.log.LogEnds;
import io.marft.streaming.log.LogReader;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists the catalogue's topics as they are on the cluster. */
@Command(
        name = "topics",
        description = "Lists the topics of the catalogue, how much is in them, and who writes and reads them. "
                + "It counts offsets, which is quick however long the log is: beside the records these are the marker that "
                + "each transaction leaves in a partition, and what was aborted or compacted away.",
        subcommands = AclsCommand.class,
        mixinStandardHelpOptions = true)
public final class TopicsCommand implements Callable<Integer> {

    private static final String ROW = "%-34s %10s %10s %-8s %s%n";

    @Mixin
    private ClusterOptions cluster;

    @Option(
            names = "--exact",
            description = "Read every topic whole and count its records; a long log takes a long time.")
    private boolean exact;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws ExecutionException, InterruptedException {
        ClientSettings client = cluster.client();
        PrintWriter out = spec.commandLine().getOut();
        try (Admin admin = Admin.create(client.admin())) {
            SortedMap<String, List<TopicPartition>> topics = present(client, admin);
            List<TopicPartition> all =
                    topics.values().stream().flatMap(List::stream).toList();
            Map<TopicPartition, Long> beginnings = LogEnds.beginnings(admin, all);
            Map<TopicPartition, Long> ends = LogEnds.readable(admin, all);
            out.printf(ROW, "TOPIC", "PARTITIONS", exact ? "RECORDS" : "OFFSETS", "KEPT", "WRITERS -> READERS");
            topics.forEach((name, partitions) -> {
                Topic topic = client.topics().find(name).orElseThrow();
                long offsets = partitions.stream()
                        .mapToLong(partition -> ends.get(partition) - beginnings.get(partition))
                        .sum();
                String count = exact ? records(client, name) : Long.toString(offsets);
                out.printf(ROW, name, partitions.size(), count, lower(topic.keep()), access(topic));
                out.flush();
            });
        }
        return 0;
    }

    /** The partitions of the catalogue's topics that exist. */
    private static SortedMap<String, List<TopicPartition>> present(ClientSettings client, Admin admin)
            throws ExecutionException, InterruptedException {
        TopicNames names = client.topics();
        Set<String> found = admin.listTopics().names().get().stream()
                .filter(name -> names.find(name).isPresent())
                .collect(Collectors.toSet());
        if (found.isEmpty()) {
            throw new IllegalStateException("no topics with prefix '" + client.prefix() + "' on "
                    + client.bootstrapServers() + ": create them with `marft provision`");
        }
        SortedMap<String, List<TopicPartition>> partitions = new TreeMap<>();
        admin.describeTopics(found)
                .allTopicNames()
                .get()
                .forEach((name, topic) -> partitions.put(
                        name,
                        topic.partitions().stream()
                                .map(partition -> new TopicPartition(name, partition.partition()))
                                .toList()));
        return partitions;
    }

    /** How many records there are, where they may be read: on a secured cluster only the reward service reads references. */
    private static String records(ClientSettings client, String topic) {
        long[] count = {0};
        try (LogReader reader = LogReader.atBeginning(client, List.of(topic))) {
            reader.readToEnd(record -> count[0]++);
        } catch (TopicAuthorizationException e) {
            return "no right";
        }
        return Long.toString(count[0]);
    }

    private static String access(Topic topic) {
        return roles(topic.writers()) + " -> " + roles(topic.readers());
    }

    private static String roles(Set<Role> roles) {
        return roles.isEmpty() ? "none" : lower(new TreeSet<>(roles));
    }

    private static String lower(Object value) {
        return value.toString().toLowerCase(Locale.ROOT).replaceAll("[\\[\\]]", "");
    }
}
