package io.marft.cli.inspect;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.marft.cli.options.ClusterOptions;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.catalogue.TopicNames;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.log.LogReader;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints a topic's records as JSON, one to a line. */
@Command(
        name = "tail",
        description =
                "Prints the last records of a topic as JSON, one to a line; of a long topic it reads only the end.",
        mixinStandardHelpOptions = true)
public final class TailCommand implements Callable<Integer> {

    private static final Duration POLL = Duration.ofMillis(100);

    @Parameters(
            index = "0",
            paramLabel = "TOPIC",
            description =
                    "A topic of the catalogue, with its prefix or without: actions, turns.arithmetic.actor, marft.updates.")
    private String topic;

    @Option(
            names = "-n",
            paramLabel = "COUNT",
            defaultValue = "10",
            description = "How many records, of all partitions together. Default: 10.")
    private int count;

    @Option(names = "--all", description = "Print all records, oldest first in each partition.")
    private boolean all;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with the records that come, until Ctrl-C.")
    private boolean follow;

    @Mixin
    private ClusterOptions cluster;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (count < 0) {
            throw new ParameterException(spec.commandLine(), "-n must not be negative, got: " + count);
        }
        ClientSettings client = cluster.client();
        String name = fullName(client.topics(), topic);
        Topic entry = client.topics().find(name).orElseThrow();
        PrintWriter out = spec.commandLine().getOut();
        try (LogReader reader = LogReader.atBeginning(client, List.of(name));
                RecordCodec codec = client.codec()) {
            Consumer<ConsumerRecord<String, byte[]>> print = record -> out.println(json(codec, entry, record));
            if (all) {
                reader.readToEnd(print);
            } else {
                reader.last(count).forEach(print);
            }
            out.flush();
            while (follow) {
                reader.poll(POLL).forEach(print);
                out.flush();
            }
        }
        return 0;
    }

    private static String fullName(TopicNames names, String topic) {
        if (names.find(topic).isPresent()) {
            return topic;
        }
        String full = names.prefix() + "." + topic;
        if (names.find(full).isEmpty()) {
            throw new IllegalArgumentException("topic '" + topic + "' is none of the catalogue's under prefix '"
                    + names.prefix() + "': `marft topics` lists them");
        }
        return full;
    }

    private static ObjectNode json(RecordCodec codec, Topic topic, ConsumerRecord<String, byte[]> record) {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("partition", record.partition());
        line.put("offset", record.offset());
        line.put("timestamp", Instant.ofEpochMilli(record.timestamp()).toString());
        line.put("key", record.key());
        Decoded<? extends SpecificRecord> decoded = codec.decode(record.topic(), record.value(), topic.type());
        if (decoded instanceof Decoded.Valid<? extends SpecificRecord> valid) {
            line.set("value", RecordJson.of(valid.value()));
        } else if (decoded instanceof Decoded.Invalid<? extends SpecificRecord> invalid) {
            line.put("unreadable", invalid.reason());
        }
        return line;
    }
}
