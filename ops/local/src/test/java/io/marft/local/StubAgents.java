package io.marft.local;

import io.marft.actor.acting.ActionRecord;
import io.marft.actor.adapters.VersionedAdapter;
import io.marft.policy.generate.Generation;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.Turn;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** Agents without a model: each answers its turn with what it is told to say. */
final class StubAgents implements AutoCloseable {

    /** What an agent says. */
    @FunctionalInterface
    interface Script {
        String says(String agent, int step, String question);
    }

    private final ClientSettings client;
    private final Team team;
    private final Script script;
    private final Thread thread = new Thread(this::run, "stub-agents");
    private volatile boolean closing;

    StubAgents(ClientSettings client, Team team, Script script) {
        this.client = client;
        this.team = team;
        this.script = script;
        thread.start();
    }

    private void run() {
        String actions = client.topics().of(Topic.ACTIONS);
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(client.reader());
                KafkaProducer<String, byte[]> producer = new KafkaProducer<>(client.producer("stub-agents"));
                RecordCodec codec = client.codec()) {
            List<TopicPartition> partitions = team.getAgents().stream()
                    .map(agent -> client.topics().turns(team.getName(), agent.getName()))
                    .flatMap(topic -> consumer.partitionsFor(topic).stream())
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (!closing) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(20))) {
                    Turn turn =
                            ((Decoded.Valid<Turn>) codec.decode(record.topic(), record.value(), Turn.class)).value();
                    byte[] value = codec.encode(
                            actions, action(turn, script.says(turn.getAgent(), turn.getStep(), question(turn))));
                    // A failure shows as an episode that does not close.
                    var unused = producer.send(new ProducerRecord<>(actions, record.key(), value));
                }
            }
        }
    }

    private static String question(Turn turn) {
        return turn.getMessages().get(0).getContent();
    }

    /** An action that says a text. */
    static Action action(Turn turn, String text) {
        Generation generation = new Generation(new int[] {2}, new float[] {-0.5f}, true);
        return ActionRecord.of(
                turn, VersionedAdapter.base(), "sha256:none", new int[] {1}, generation, text, Instant.now());
    }

    @Override
    public void close() {
        closing = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
