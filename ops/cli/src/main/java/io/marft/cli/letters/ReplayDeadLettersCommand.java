package io.marft.cli.letters;

import io.marft.cli.letters.LetterLog.Placed;
import io.marft.cli.options.ClusterOptions;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.wire.DeadLetters;
import io.marft.streaming.connect.ClientSettings;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Headers;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes rejected records back to the topics that they came from. */
@Command(
        name = "replay",
        description =
                "Writes rejected records back to their topics, with their keys, values and headers as they were and "
                        + "a header marft-replayed beside them. Of several letters of one record it writes one record.",
        mixinStandardHelpOptions = true)
public final class ReplayDeadLettersCommand implements Callable<Integer> {

    /** The header of a replayed record; its value is the place of the dead letter. */
    public static final String HEADER = "marft-replayed";

    @Parameters(
            arity = "0..*",
            paramLabel = "PARTITION@OFFSET",
            converter = LetterPlace.Converter.class,
            description =
                    "Places of letters, as `marft dead-letters list` prints them; or else give a filter or --all.")
    private List<LetterPlace> places = List.of();

    @Option(names = "--all", description = "All letters.")
    private boolean all;

    @Option(names = "--dry-run", description = "Say what would be written, and write nothing.")
    private boolean dryRun;

    @Mixin
    private LetterFilter filter;

    @Mixin
    private ClusterOptions cluster;

    @Spec
    private CommandSpec spec;

    private int written;
    private int refused;
    private int copies;

    @Override
    public Integer call() throws ExecutionException, InterruptedException {
        if ((places.isEmpty() ? 0 : 1) + (filter.given() ? 1 : 0) + (all ? 1 : 0) != 1) {
            throw new ParameterException(
                    spec.commandLine(), "which letters? give either places, or a filter such as --reason, or --all");
        }
        ClientSettings client = cluster.client();
        List<Placed> letters = letters(client);
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(client.producer(client.names().letterReplay()))) {
            Set<String> sources = new HashSet<>();
            for (Placed placed : letters) {
                if (sources.add(placed.source())) {
                    replay(placed, client, producer);
                } else {
                    copies++;
                }
            }
        }
        say((dryRun ? "would write " : "wrote ") + written + " records back; " + refused + " refused, " + copies
                + " letters of the same records");
        return refused > 0 ? 1 : 0;
    }

    private List<Placed> letters(ClientSettings client) {
        List<Placed> letters = new ArrayList<>();
        try (LetterLog log = new LetterLog(client)) {
            if (places.isEmpty()) {
                log.forEach(placed -> {
                    if (filter.matches(placed.letter(), client.topics())) {
                        letters.add(placed);
                    }
                });
            } else {
                places.forEach(place -> letters.add(log.at(place)));
            }
        }
        return letters;
    }

    private void replay(Placed placed, ClientSettings client, KafkaProducer<String, byte[]> producer)
            throws ExecutionException, InterruptedException {
        Optional<String> refusal = refuse(placed, client);
        if (refusal.isPresent()) {
            refused++;
            say(placed.place() + " is not replayed: " + refusal.get());
            return;
        }
        written++;
        DeadLetter letter = placed.letter();
        String which = placed.place() + " (" + letter.getService() + ": " + letter.getReason() + ")";
        if (dryRun) {
            say(which + " would go to " + letter.getTopic());
            return;
        }
        Headers headers = DeadLetters.headers(letter);
        headers.add(HEADER, placed.place().toString().getBytes(StandardCharsets.UTF_8));
        RecordMetadata at = producer.send(new ProducerRecord<>(
                        letter.getTopic(), null, DeadLetters.key(letter), DeadLetters.value(letter), headers))
                .get();
        say(which + " -> " + at.topic() + " " + at.partition() + "@" + at.offset());
    }

    private Optional<String> refuse(Placed placed, ClientSettings client) {
        DeadLetter letter = placed.letter();
        if (!letter.getLacks().isEmpty() || letter.getReason().contains("(value cut from ")) {
            return Optional.of("the letter is not whole, it lacks "
                    + (letter.getLacks().isEmpty() ? "the end of the value" : letter.getLacks())
                    + "; let the writer of " + placed.source() + " send a smaller record");
        }
        Optional<Topic> topic = client.topics().find(letter.getTopic());
        if (topic.isEmpty() || topic.get() == Topic.DEAD_LETTERS) {
            return Optional.of(
                    "topic " + letter.getTopic() + " is none to write to under prefix '" + client.prefix() + "'");
        }
        if (places.isEmpty() && DeadLetters.headers(letter).lastHeader(HEADER) != null) {
            return Optional.of("its record has been replayed before and was rejected again; name its place to insist");
        }
        return Optional.empty();
    }

    private void say(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }
}
