package io.marft.bench.pipeline;

import io.marft.bench.report.BenchException;
import io.marft.environments.task.Exercise;
import io.marft.environments.task.NewEpisode;
import io.marft.environments.task.Task;
import io.marft.environments.task.Tasks;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Latency in an open loop: each episode has its time by a fixed schedule and is counted from that time on, whatever
 * became of those before it and however late it was really written. So a stall counts in full for everyone whom it made
 * wait (no "coordinated omission").
 */
final class LatencyRun {

    private static final long SEED = 1;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final PipelinePlan plan;
    private final ClientSettings client;
    private final Task task = Tasks.named(Tasks.BUNDLED);
    private final Map<String, Long> due = new TreeMap<>();

    LatencyRun(PipelinePlan plan, ClientSettings client) {
        this.plan = plan;
        this.client = client;
    }

    /**
     * Runs and measures.
     *
     * @throws BenchException if an episode is not closed half a minute after the last one began
     */
    List<PipelineReport.Stage> run() {
        long warm = plan.rate() * plan.warmUp().toMillis() / 1000;
        long count = warm + plan.rate() * plan.window().toMillis() / 1000;
        try (Arrivals arrivals = new Arrivals(client, plan.team());
                RecordCodec codec = client.codec();
                KafkaProducer<String, byte[]> producer = new KafkaProducer<>(producer())) {
            long begin = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
            for (long i = 0; i < count; i++) {
                long time = begin + i * TimeUnit.SECONDS.toNanos(1) / plan.rate();
                for (long left = time - System.nanoTime(); left > 0; left = time - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                String episode = send(i, codec, producer);
                if (i >= warm) {
                    due.put(episode, time);
                }
            }
            producer.flush();
            await(arrivals);
            return stages(arrivals);
        }
    }

    private Map<String, Object> producer() {
        Map<String, Object> settings = client.producer("bench-latency");
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        return settings;
    }

    private String send(long index, RecordCodec codec, KafkaProducer<String, byte[]> producer) {
        Exercise exercise = task.training(SEED, index);
        NewEpisode episode = new NewEpisode(
                NewEpisode.id(Purpose.TRAINING, "latency", index),
                plan.team(),
                Purpose.TRAINING,
                task.name(),
                NewEpisode.seed(SEED, index));
        String references = client.topics().of(Topic.REFERENCES);
        String observations = client.topics().of(Topic.OBSERVATIONS);
        // A failure shows as an episode that does not close.
        var unusedReference = producer.send(
                new ProducerRecord<>(references, episode.id(), codec.encode(references, episode.reference(exercise))));
        var unusedObservation = producer.send(new ProducerRecord<>(
                observations, episode.id(), codec.encode(observations, episode.observation(exercise.question()))));
        return episode.id();
    }

    private void await(Arrivals arrivals) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (String episode : due.keySet()) {
            while (arrivals.nanos(episode, "trajectory").isEmpty()) {
                if (System.nanoTime() - deadline > 0) {
                    throw new BenchException("episode " + episode + " is not closed after " + PATIENCE.toSeconds()
                            + " s at " + plan.rate() + " episodes/s: ask for a lower rate");
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            }
        }
    }

    private List<PipelineReport.Stage> stages(Arrivals arrivals) {
        List<PipelineReport.Stage> stages = new ArrayList<>();
        Map<String, Long> before = new TreeMap<>(due);
        for (String stage : Arrivals.stages(plan.team())) {
            List<Double> total = new ArrayList<>();
            List<Double> step = new ArrayList<>();
            due.forEach((episode, time) -> arrivals.nanos(episode, stage).ifPresent(nanos -> {
                total.add((nanos - time) / 1e6);
                step.add((nanos - before.put(episode, nanos)) / 1e6);
            }));
            if (!total.isEmpty()) {
                stages.add(new PipelineReport.Stage(stage, new Latencies(total), new Latencies(step)));
            }
        }
        return stages;
    }
}
