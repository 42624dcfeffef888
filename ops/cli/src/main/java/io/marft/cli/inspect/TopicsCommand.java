package io.marft.cli.inspect;

import io.marft.cli.options.ClusterOptions;
import io.marft.schemas.catalogue.Role;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.catalogue.TopicNames;
import io.marft.streaming.connect.ClientSettings;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
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
        description = "Lists the topics of the catalogue with record counts, and who writes and reads them.",
        subcommands = AclsCommand.class,
        mixinStandardHelpOptions = true)
public final class TopicsCommand implements Callable<Integer> {

    @Mixin
    private ClusterOptions cluster;

    @Option(
            names = "--fast",
            description = "Count offsets instead of reading every record: at once on a large log, but with the marker "
                    + "that each transaction leaves and with what was aborted or compacted away.")
    private boolean fast;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws ExecutionException, InterruptedException {
        ClientSettings client = cluster.client();
        PrintWriter out = spec.commandLine().getOut();
        String format = "%-34s %10s %10s %-8s %s%n";
        out.printf(format, "TOPIC", "PARTITIONS", fast ? "OFFSETS" : "RECORDS", "KEPT", "WRITERS -> READERS");
        for (String name : present(client)) {
            Topic topic = client.topics().find(name).orElseThrow();
            try (LogView view = new LogView(client, List.of(name))) {
                Map<TopicPartition, Long> ends = view.ends();
                String count = fast ? Long.toString(offsets(view.beginnings(), ends)) : read(view);
                out.printf(format, name, ends.size(), count, lower(topic.keep()), access(topic));
                out.flush();
            }
        }
        return 0;
    }

    private static Set<String> present(ClientSettings client) throws ExecutionException, InterruptedException {
        TopicNames names = client.topics();
        try (Admin admin = Admin.create(client.admin())) {
            Set<String> found = admin.listTopics().names().get().stream()
                    .filter(name -> names.find(name).isPresent())
                    .collect(Collectors.toCollection(TreeSet::new));
            if (found.isEmpty()) {
                throw new IllegalStateException("no topics with prefix '" + client.prefix() + "' on "
                        + client.bootstrapServers() + ": create them with `marft provision`");
            }
            return found;
        }
    }

    private static long offsets(Map<TopicPartition, Long> beginnings, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream()
                .mapToLong(end -> end.getValue() - beginnings.get(end.getKey()))
                .sum();
    }

    /** The number of records, where they may be read: on a secured cluster, references only by the reward service. */
    private static String read(LogView view) {
        long[] count = {0};
        try {
            view.readAll(record -> count[0]++);
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
