package io.marft.environments;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Closure;
import io.marft.schemas.record.FinishReason;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Reward;
import io.marft.schemas.record.Sampling;
import io.marft.schemas.record.Step;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.wire.DeadLetters;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.log.LogReader;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The rest of the world as an environment sees it: whoever reads observations and writes actions and trajectories. Every
 * agent acts on every observation with adapter version 5; an episode is right when its index is even. A question that
 * contains "too long" ends in a dead letter; one that contains "nobody" is left alone.
 */
public final class Peers implements AutoCloseable {

    private final ClientSettings settings;
    private final Thread thread = new Thread(this::run, "peers");
    private final List<Observation> observations = new ArrayList<>();
    private volatile boolean closing;

    public Peers(ClientSettings settings) {
        this.settings = settings;
        thread.start();
    }

    /** Waits until so many observations have come. */
    public synchronized void awaitObservations(int count, Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (observations.size() < count) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new AssertionError("only " + observations.size() + " of " + count + " observations came");
            }
            wait(left);
        }
    }

    public synchronized List<Observation> observations() {
        return List.copyOf(observations);
    }

    private void run() {
        String topic = settings.topics().of(Topic.OBSERVATIONS);
        try (LogReader reader = LogReader.atBeginning(settings, List.of(topic));
                KafkaProducer<String, byte[]> producer = new KafkaProducer<>(settings.producer("peers"));
                RecordCodec codec = settings.codec()) {
            while (!closing) {
                for (ConsumerRecord<String, byte[]> record : reader.poll(Duration.ofMillis(50))) {
                    Observation observation = ((Decoded.Valid<Observation>)
                                    codec.decode(topic, record.value(), Observation.class))
                            .value();
                    answer(observation, record, producer, codec);
                    producer.flush();
                    synchronized (this) {
                        observations.add(observation);
                        notifyAll();
                    }
                }
            }
        }
    }

    private void answer(
            Observation observation,
            ConsumerRecord<String, byte[]> record,
            KafkaProducer<String, byte[]> producer,
            RecordCodec codec) {
        String question = observation.getMessages().get(0).getContent();
        if (question.contains("too long")) {
            send(
                    producer,
                    codec,
                    Topic.DEAD_LETTERS,
                    record.key(),
                    DeadLetters.of("agents", "prompt is too long", record));
        } else if (!question.contains("nobody")) {
            List<Action> actions = TestTeam.CHAIN.getAgents().stream()
                    .map(agent -> action(observation, agent.getName()))
                    .toList();
            for (Action action : actions) {
                send(producer, codec, Topic.ACTIONS, record.key(), action);
            }
            send(producer, codec, Topic.TRAJECTORIES, record.key(), trajectory(observation, actions));
        }
    }

    private void send(
            KafkaProducer<String, byte[]> producer, RecordCodec codec, Topic topic, String key, SpecificRecord value) {
        String name = settings.topics().of(topic);
        var unused = producer.send(new ProducerRecord<>(name, key, codec.encode(name, value)));
    }

    private static Action action(Observation observation, String agent) {
        return Action.newBuilder()
                .setEpisode(observation.getEpisode())
                .setStep(0)
                .setAgent(agent)
                .setTeam(observation.getTeam())
                .setTeamVersion(observation.getTeamVersion())
                .setPurpose(observation.getPurpose())
                .setAdapterVersion(5)
                .setAdapterDigest("sha256:ab")
                .setBaseModelDigest("sha256:cd")
                .setPromptTokens(List.of())
                .setOutputTokens(List.of())
                .setLogProbs(List.of())
                .setText("said by " + agent)
                .setFinishReason(FinishReason.STOP)
                .setSampling(new Sampling(1f, 0, 1f, 8, 0f, List.of(), List.of()))
                .setSeed(0)
                .setCreatedAt(Instant.EPOCH)
                .build();
    }

    private static Trajectory trajectory(Observation observation, List<Action> actions) {
        return new Trajectory(
                observation.getEpisode(),
                observation.getTeam(),
                observation.getTeamVersion(),
                observation.getPurpose(),
                Closure.HORIZON,
                true,
                List.of(new Step(0, observation.getMessages(), actions, reward(observation))),
                Instant.EPOCH,
                Instant.EPOCH);
    }

    private static Reward reward(Observation observation) {
        String episode = observation.getEpisode();
        long index = Long.parseLong(episode.substring(episode.lastIndexOf('-') + 1));
        return new Reward(
                episode,
                0,
                observation.getTeam(),
                observation.getPurpose(),
                index % 2 == 0 ? 1.0 : 0.0,
                Map.of(),
                "boxed",
                "1",
                Instant.EPOCH);
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
