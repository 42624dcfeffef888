package io.marft.cli.letters;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.marft.cli.inspect.RecordJson;
import io.marft.cli.letters.LetterLog.Placed;
import io.marft.cli.options.ClusterOptions;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.wire.DeadLetters;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.KeyText;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Header;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows one dead letter with all that it holds. */
@Command(
        name = "show",
        description = "Shows one dead letter as JSON: why, where from, key, headers, and the value both decoded, "
                + "where it can be, and as hexadecimal digits.",
        mixinStandardHelpOptions = true)
final class ShowDeadLetterCommand implements Callable<Integer> {

    @Parameters(
            index = "0",
            paramLabel = "PARTITION@OFFSET",
            converter = LetterPlace.Converter.class,
            description = "The letter's place, as `marft dead-letters list` prints it.")
    private LetterPlace place;

    @Mixin
    private ClusterOptions cluster;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        ClientSettings client = cluster.client();
        try (LetterLog log = new LetterLog(client);
                RecordCodec codec = client.codec()) {
            ObjectNode json = json(log.at(place), client, codec);
            spec.commandLine().getOut().println(json.toPrettyString());
            spec.commandLine().getOut().flush();
        }
        return 0;
    }

    private static ObjectNode json(Placed placed, ClientSettings client, RecordCodec codec) {
        DeadLetter letter = placed.letter();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("place", placed.place().toString());
        json.put("service", letter.getService());
        json.put("reason", letter.getReason());
        json.put("rejectedAt", letter.getCreatedAt().toString());
        json.put("topic", letter.getTopic());
        json.put("partition", letter.getPartition());
        json.put("offset", letter.getOffset());
        if (!letter.getLacks().isEmpty()) {
            json.put("lacks", letter.getLacks());
        }
        text(json, "key", KeyText.bytes(DeadLetters.key(letter)));
        ArrayNode headers = json.putArray("headers");
        for (Header header : DeadLetters.headers(letter)) {
            text(headers.addObject().put("name", header.key()), "value", header.value());
        }
        value(json, letter, client.topics().find(letter.getTopic()), codec);
        return json;
    }

    private static void value(ObjectNode json, DeadLetter letter, Optional<Topic> topic, RecordCodec codec) {
        byte[] value = DeadLetters.value(letter);
        if (value != null && topic.isPresent()) {
            Decoded<? extends SpecificRecord> decoded =
                    codec.decode(letter.getTopic(), value, topic.get().type());
            if (decoded instanceof Decoded.Valid<? extends SpecificRecord> valid) {
                json.set("value", RecordJson.of(valid.value()));
            } else if (decoded instanceof Decoded.Invalid<? extends SpecificRecord> invalid) {
                json.put("unreadable", invalid.reason());
            }
        }
        json.put("valueHex", value == null ? null : HexFormat.of().formatHex(value));
    }

    /** Bytes as the text that they are, or else in hexadecimal digits. */
    private static void text(ObjectNode json, String name, byte[] bytes) {
        String text = bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
        if (text == null || Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes)) {
            json.put(name, text);
        } else {
            json.put(name + "Hex", HexFormat.of().formatHex(bytes));
        }
    }
}
