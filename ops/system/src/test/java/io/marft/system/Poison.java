package io.marft.system;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.AdapterChunk;
import io.marft.schemas.record.AdapterManifest;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Reference;
import io.marft.schemas.record.Reward;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.KeyText;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.util.RandomData;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.utils.Utils;

/**
 * Makes bad records for every topic: random ones of the topic's own schema, made worse. Each comes with the services that
 * owe it a dead letter, by the table in {@code docs/dead-letters.md}. Not thread-safe.
 */
final class Poison implements AutoCloseable {

    /** No bad record names a team that there is. */
    private static final String NOBODY = "nobody";

    private static final String SYMBOL = "REHEARSAL";
    private static final List<String> ROLES = List.of("system", "user", "assistant");
    /** Topics whose records meet by partition. */
    private static final Set<Topic> JOINED =
            EnumSet.of(Topic.OBSERVATIONS, Topic.REFERENCES, Topic.ACTIONS, Topic.REWARDS);

    private static final int LONGEST_KEY = 4 * 1024;
    private static final int MOST_BYTES = 256 * 1024;

    private final ClientSettings client;
    private final RecordCodec codec;
    private final Random random;
    private final int partitions;
    private final Map<Topic, Stranger> strangers = new HashMap<>();
    private final List<Target> targets = new ArrayList<>();
    private int made;

    /** @param readers the services that judge every record of the topic */
    private record Target(Topic topic, String name, List<String> readers) {}

    /** What is done to a random record of the topic's schema. */
    private enum Harm {
        /** It stays as it is: readable, and nothing that could be used. */
        NONE,
        FLIPPED,
        TRUNCATED,
        RANDOM_BYTES,
        NO_MAGIC,
        UNKNOWN_SCHEMA,
        OTHER_TYPE,
        EMPTY,
        NULL,
        WRONG_KEY,
        NULL_KEY,
        BROKEN_KEY,
        LONG_KEY,
        OVERSIZED,
        /** In another partition than Kafka's Java clients would choose. */
        MISPLACED,
        /** With an enum symbol of a stranger's schema. */
        UNKNOWN_SYMBOL
    }

    /**
     * A bad record.
     *
     * @param partition where it is to be written; null for its key's
     * @param key may be null
     * @param value may be null
     * @param due the services that owe it a dead letter, sorted
     */
    record Bad(
            String topic,
            Integer partition,
            byte[] key,
            byte[] value,
            List<Header> headers,
            List<String> due,
            String what) {}

    Poison(ClientSettings client, Team team, int partitions, long seed) {
        this.client = client;
        this.partitions = partitions;
        this.codec = client.codec();
        this.random = new Random(seed);
        add(Topic.OBSERVATIONS, "router", "reward", "assembler");
        add(Topic.ACTIONS, "router", "reward", "assembler");
        add(Topic.REFERENCES, "reward");
        add(Topic.REWARDS, "assembler");
        add(Topic.TRAJECTORIES, "trainer");
        add(Topic.TEAMS, "router");
        add(Topic.ADAPTERS, "serving");
        add(Topic.ADAPTER_CHUNKS, "serving");
        for (TeamAgent agent : team.getAgents()) {
            targets.add(new Target(
                    Topic.TURNS,
                    client.topics().turns(team.getName(), agent.getName()),
                    List.of("agent." + team.getName() + "." + agent.getName())));
        }
        Stream.of(Topic.UPDATES, Topic.CHECKPOINTS, Topic.EVALUATIONS, Topic.FEEDBACK, Topic.PROMOTIONS)
                .forEach(this::add);
    }

    private void add(Topic topic, String... readers) {
        targets.add(new Target(topic, client.topics().of(topic), List.of(readers)));
    }

    /** The next one. */
    Bad next() {
        while (true) {
            Target target = targets.get(random.nextInt(targets.size()));
            Harm harm = Harm.values()[random.nextInt(Harm.values().length)];
            if (harm == Harm.OVERSIZED && random.nextInt(20) > 0) {
                continue; // Large ones are few.
            }
            Optional<Bad> bad = make(target, harm);
            if (bad.isPresent()) {
                made++;
                return bad.get();
            }
        }
    }

    /** Empty where nobody can say what such a record is due. */
    private Optional<Bad> make(Target target, Harm harm) {
        SpecificRecord sample = sample(target.topic());
        byte[] key = KeyText.bytes(key(target.topic(), sample));
        byte[] value = codec.encode(target.name(), sample);
        Integer partition = null;
        switch (harm) {
            case FLIPPED -> value[random.nextInt(value.length)] ^= (byte) (1 << random.nextInt(8));
            case TRUNCATED -> value = Arrays.copyOf(value, random.nextInt(value.length));
            case RANDOM_BYTES -> value = bytes(random.nextInt(300));
            case NO_MAGIC -> value[0] = (byte) (1 + random.nextInt(255));
            case UNKNOWN_SCHEMA -> System.arraycopy(new byte[] {0, 0, 99, 99, 99}, 0, value, 0, 5);
            case OTHER_TYPE -> {
                Topic other = target.topic() == Topic.REWARDS ? Topic.REFERENCES : Topic.REWARDS;
                value = codec.encode(client.topics().of(other), sample(other));
            }
            case EMPTY -> value = new byte[0];
            case NULL -> value = null;
            case WRONG_KEY -> key = KeyText.bytes("another-" + made);
            case NULL_KEY -> key = null;
            case BROKEN_KEY -> key = new byte[] {(byte) 0xc3, (byte) 0x28, (byte) made, (byte) 0xff};
            case LONG_KEY -> key = "k".repeat(LONGEST_KEY + 1).getBytes(StandardCharsets.UTF_8);
            case OVERSIZED -> value = bytes(MOST_BYTES + 1);
            case MISPLACED -> {
                if (!JOINED.contains(target.topic())) {
                    return Optional.empty();
                }
                partition = (Utils.toPositive(Utils.murmur2(key)) + 1 + random.nextInt(partitions - 1)) % partitions;
                return Optional.of(bad(target, partition, key, value, all(target), harm));
            }
            case UNKNOWN_SYMBOL -> {
                if (target.readers().isEmpty() || sample.getSchema().getField("purpose") == null) {
                    return Optional.empty();
                }
                value = stranger(target.topic()).encode(sample);
            }
            case NONE -> {}
        }
        if (target.readers()
                .isEmpty()) { // Nobody judges it; what is no record at all is nobody's update or evaluation.
            return harm == Harm.RANDOM_BYTES
                    ? Optional.of(bad(target, partition, key, value, List.of(), harm))
                    : Optional.empty();
        }
        Optional<List<String>> due = due(target, key, value);
        return due.isPresent() ? Optional.of(bad(target, partition, key, value, due.get(), harm)) : Optional.empty();
    }

    private Bad bad(Target target, Integer partition, byte[] key, byte[] value, List<String> due, Harm harm) {
        List<Header> headers = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            headers.add(new RecordHeader("h" + random.nextInt(2), random.nextInt(5) == 0 ? null : bytes(5)));
        }
        return new Bad(target.name(), partition, key, value, headers, due, harm + " on " + target.name());
    }

    private static List<String> all(Target target) {
        return List.copyOf(new TreeSet<>(target.readers()));
    }

    /** A schema that has one more symbol than ours, under a subject of its own: a topic's own does not take it. */
    private record Stranger(Schema ours, Schema schema, int id) {

        byte[] encode(SpecificRecord sample) {
            try {
                ByteArrayOutputStream plain = new ByteArrayOutputStream();
                BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(plain, null);
                new SpecificDatumWriter<>(ours).write(sample, encoder);
                encoder.flush();
                GenericData.Record record = new GenericDatumReader<GenericData.Record>(ours, schema)
                        .read(null, DecoderFactory.get().binaryDecoder(plain.toByteArray(), null));
                record.put(
                        "purpose",
                        new GenericData.EnumSymbol(schema.getField("purpose").schema(), SYMBOL));
                ByteArrayOutputStream framed = new ByteArrayOutputStream();
                framed.writeBytes(ByteBuffer.allocate(1 + Integer.BYTES)
                        .put((byte) 0)
                        .putInt(id)
                        .array());
                encoder = EncoderFactory.get().binaryEncoder(framed, null);
                new GenericDatumWriter<GenericData.Record>(schema).write(record, encoder);
                encoder.flush();
                return framed.toByteArray();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private Stranger stranger(Topic topic) {
        return strangers.computeIfAbsent(topic, first -> {
            Schema schema = new Schema.Parser()
                    .parse(topic.schema()
                            .toString()
                            .replace("\"QUESTION\"]", "\"QUESTION\",\"" + SYMBOL + "\"],\"default\":\"TRAINING\""));
            try (SchemaRegistryClient registry = client.registry()) {
                return new Stranger(
                        topic.schema(),
                        schema,
                        registry.register("stranger-" + topic.suffix(), new AvroSchema(schema)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (RestClientException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private Optional<List<String>> due(Target target, byte[] key, byte[] value) {
        List<String> all = all(target);
        boolean large = (value != null && value.length > MOST_BYTES) || (key != null && key.length > LONGEST_KEY);
        Decoded<? extends SpecificRecord> decoded =
                codec.decode(target.name(), value, target.topic().type());
        if (large || !(decoded instanceof Decoded.Valid<? extends SpecificRecord> valid)) {
            return Optional.of(all);
        }
        SpecificRecord read = valid.value();
        String text = key == null ? null : KeyText.text(key);
        if (KeyText.mismatch(text, key(target.topic(), read)).isPresent()) {
            return Optional.of(all);
        }
        return switch (target.topic()) {
            case OBSERVATIONS -> {
                if (unusable((Observation) read)) {
                    yield Optional.of(all);
                }
                yield named(read, "team") ? Optional.of(List.of("assembler", "router")) : Optional.empty();
            }
            case ACTIONS, TURNS -> named(read, "team") ? Optional.of(all) : Optional.empty();
            case REFERENCES ->
                ((Reference) read).getVerifier().startsWith(NOBODY) ? Optional.of(all) : Optional.empty();
            case REWARDS -> ((Reward) read).getStep() < 0 ? Optional.of(all) : Optional.empty();
            case TEAMS -> ((Team) read).getAgents().isEmpty() ? Optional.of(all) : Optional.empty();
            default -> Optional.empty();
        };
    }

    private static boolean unusable(Observation read) {
        return read.getStep() < 0
                || (read.getDone()
                        ? read.getStep() == 0
                        : read.getMessages().isEmpty()
                                || read.getMessages().stream().anyMatch(message -> !ROLES.contains(message.getRole())));
    }

    private static boolean named(SpecificRecord record, String field) {
        return NOBODY.equals(record.get(record.getSchema().getField(field).pos()));
    }

    /** A random record of the topic's schema that names nothing that there is. */
    private SpecificRecord sample(Topic topic) {
        Schema schema = SpecificData.get().getSchema(topic.type());
        GenericData.Record record = (GenericData.Record)
                new RandomData(schema, 1, random.nextLong()).iterator().next();
        set(record, "episode", "poison-" + made);
        set(record, "team", NOBODY);
        set(record, "agent", NOBODY);
        set(record, "verifier", NOBODY);
        if (topic == Topic.OBSERVATIONS) {
            set(record, "step", random.nextInt(3));
            set(record, "done", record.get("step").equals(2));
            set(record, "messages", messages(schema));
        } else if (topic == Topic.REWARDS) {
            set(record, "step", -1 - random.nextInt(1000));
        } else if (topic == Topic.TEAMS) {
            set(record, "name", "poison-" + made);
            set(
                    record,
                    "agents",
                    new GenericData.Array<>(0, schema.getField("agents").schema()));
        }
        return specific(record);
    }

    private GenericData.Array<GenericData.Record> messages(Schema schema) {
        Schema messages = schema.getField("messages").schema();
        GenericData.Array<GenericData.Record> array = new GenericData.Array<>(1, messages);
        GenericData.Record message = new GenericData.Record(messages.getElementType());
        message.put("role", ROLES.get(random.nextInt(ROLES.size())));
        message.put("content", "x".repeat(random.nextInt(20)));
        array.add(message);
        return array;
    }

    private static void set(GenericData.Record record, String field, Object value) {
        if (record.hasField(field)) {
            record.put(field, value);
        }
    }

    private static SpecificRecord specific(GenericData.Record record) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
            new GenericDatumWriter<>(record.getSchema()).write(record, encoder);
            encoder.flush();
            return new SpecificDatumReader<SpecificRecord>(record.getSchema())
                    .read(null, DecoderFactory.get().binaryDecoder(bytes.toByteArray(), null));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The key that a topic's record is to have. */
    private static String key(Topic topic, SpecificRecord record) {
        if (record instanceof Team team) {
            return team.getName();
        } else if (record instanceof AdapterManifest manifest) {
            return Topic.Key.ofAgent(manifest.getTeam(), manifest.getAgent());
        } else if (record instanceof AdapterChunk chunk) {
            return Topic.Key.ofAgent(chunk.getTeam(), chunk.getAgent());
        }
        Schema.Field episode = record.getSchema().getField("episode");
        return episode == null ? topic.suffix() : (String) record.get(episode.pos());
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    @Override
    public void close() {
        codec.close();
    }
}
