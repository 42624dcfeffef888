package io.marft.bench.pipeline;

import io.marft.bench.report.BenchException;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.catalogue.TopicNames;
import io.marft.schemas.record.Team;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.log.LogReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * What the broker takes in by itself: one idempotent producer, acknowledged by all replicas, lz4, sends the pipeline's own
 * records again, as fast as it can, to a topic of as many partitions that nobody reads.
 */
final class RawProduce {

    private static final String TOPIC = "bench-raw";
    private static final int SAMPLES = 4000;
    private static final int BATCH_BYTES = 128 << 10;
    private static final int LINGER_MS = 20;
    private static final Duration WARM_UP = Duration.ofSeconds(3);
    private static final Duration WINDOW = Duration.ofSeconds(10);

    private final PipelinePlan plan;
    private final ClientSettings client;

    RawProduce(PipelinePlan plan, ClientSettings client) {
        this.plan = plan;
        this.client = client;
    }

    /** Runs and measures. The services must have written records, and must be stopped. */
    PipelineReport.Raw run() {
        List<ConsumerRecord<String, byte[]>> samples = samples();
        createTopic();
        Map<String, Object> settings = client.producer("bench-raw");
        settings.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, LINGER_MS);
        AtomicReference<Exception> failure = new AtomicReference<>();
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(settings)) {
            send(producer, samples, WARM_UP, failure);
            long begin = System.nanoTime();
            long bytes = send(producer, samples, WINDOW, failure);
            double seconds = (System.nanoTime() - begin) / 1e9;
            if (failure.get() != null) {
                throw new BenchException("the broker refused a record: " + failure.get(), failure.get());
            }
            double mean =
                    samples.stream().mapToLong(RawProduce::bytes).average().orElseThrow();
            return new PipelineReport.Raw(bytes / mean / seconds, bytes / seconds);
        }
    }

    /** Sends for so long, waits until all is acknowledged, and counts the bytes. */
    private static long send(
            KafkaProducer<String, byte[]> producer,
            List<ConsumerRecord<String, byte[]>> samples,
            Duration time,
            AtomicReference<Exception> failure) {
        long end = System.nanoTime() + time.toNanos();
        long bytes = 0;
        while (System.nanoTime() - end < 0) {
            for (ConsumerRecord<String, byte[]> sample : samples) {
                var unused = producer.send(new ProducerRecord<>(TOPIC, sample.key(), sample.value()), (data, error) -> {
                    if (error != null) {
                        failure.set(error);
                    }
                });
                bytes += bytes(sample);
            }
        }
        producer.flush();
        return bytes;
    }

    private static long bytes(ConsumerRecord<String, byte[]> record) {
        return (long) record.key().length() + record.value().length;
    }

    /** Records of all the pipeline's topics, as many of each kind as an episode has. */
    private List<ConsumerRecord<String, byte[]>> samples() {
        TopicNames names = client.topics();
        Team team = plan.team();
        List<String> topics = Stream.concat(
                        Stream.of(
                                        Topic.OBSERVATIONS,
                                        Topic.REFERENCES,
                                        Topic.ACTIONS,
                                        Topic.REWARDS,
                                        Topic.TRAJECTORIES)
                                .map(names::of),
                        team.getAgents().stream().map(agent -> names.turns(team.getName(), agent.getName())))
                .toList();
        int episodes = SAMPLES / topics.size();
        List<ConsumerRecord<String, byte[]>> samples = new ArrayList<>();
        for (String topic : topics) {
            int each = topic.equals(names.of(Topic.ACTIONS)) ? team.getAgents().size() : 1;
            samples.addAll(first(topic, each * episodes));
        }
        if (samples.isEmpty()) {
            throw new BenchException("the pipeline wrote no record");
        }
        return samples;
    }

    private List<ConsumerRecord<String, byte[]>> first(String topic, int most) {
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        try (LogReader reader = LogReader.atBeginning(client, List.of(topic))) {
            while (records.size() < most) {
                var polled = reader.poll(Duration.ofSeconds(2));
                if (polled.isEmpty()) {
                    break;
                }
                polled.forEach(records::add);
            }
        }
        return records.subList(0, Math.min(most, records.size()));
    }

    private void createTopic() {
        try (Admin admin = Admin.create(client.admin())) {
            admin.createTopics(List.of(new NewTopic(TOPIC, plan.partitions(), (short) 1)))
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw new BenchException("topic " + TOPIC + " cannot be created: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted while topic " + TOPIC + " was created", e);
        }
    }
}
