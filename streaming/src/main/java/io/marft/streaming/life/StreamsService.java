package io.marft.streaming.life;

import io.marft.streaming.connect.ClientSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kafka Streams application as a service. A {@link Trouble} that may pass, such as a broker out of reach, costs a thread,
 * which is replaced after a pause. Any other stops the service, and so does any trouble of the thread that reads teams;
 * {@link #failure()} says why.
 *
 * <p>The process is a static member of its group. One that restarts after a crash takes its own place back at once instead
 * of waiting for its former self to time out, and aborts the transaction that was left open. One that is asked to stop
 * leaves the group, and the others take over at once. Two processes therefore need two names ({@link InstanceName}).
 */
public class StreamsService implements Service {

    private static final Logger LOG = LoggerFactory.getLogger(StreamsService.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);
    /** The name of the thread that reads global stores. Kafka Streams cannot replace it. */
    private static final Pattern GLOBAL = Pattern.compile("-GlobalStreamThread$");

    private final String name;
    private final String instance;
    private final KafkaStreams streams;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /**
     * A service that is not started yet.
     *
     * @param name the service's name in logs and dead letters
     * @param instance this process's name among those of the same service
     * @param topology what to run
     * @param properties from {@link ClientSettings#streams}
     */
    public StreamsService(String name, String instance, Topology topology, Map<String, Object> properties) {
        this.name = name;
        this.instance = instance;
        Map<String, Object> all = new HashMap<>();
        StaticMember.properties(name + "." + instance)
                .forEach((key, value) -> all.put(StreamsConfig.mainConsumerPrefix(key), value));
        // Readers wait for the open transaction of a dead process no longer than its partitions wait for their next
        // owner.
        all.put(
                StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
                StaticMember.SESSION_TIMEOUT_MS);
        // A task restores its state from the log wherever it runs. So a process that joins may have its share at once,
        // instead of following along for up to ten minutes first.
        all.put(StreamsConfig.ACCEPTABLE_RECOVERY_LAG_CONFIG, Long.MAX_VALUE);
        all.putAll(properties);
        this.streams = new KafkaStreams(topology, new StreamsConfig(all), new InstanceClients(instance));
        streams.setUncaughtExceptionHandler(this::respond);
        streams.setStateListener((now, before) -> follow(now));
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final void start() {
        streams.start();
    }

    /** Whether records are being processed; false while partitions are assigned and state is restored. */
    public final boolean running() {
        return streams.state() == State.RUNNING;
    }

    @Override
    public final Optional<Throwable> failure() {
        return Optional.ofNullable(failure.get());
    }

    @Override
    public final void close() {
        if (!streams.close(CloseOptions.timeout(CLOSE_TIMEOUT)
                .withGroupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP))) {
            LOG.atWarn()
                    .addKeyValue("service", name)
                    .addKeyValue("seconds", CLOSE_TIMEOUT.toSeconds())
                    .log("service did not close in time; its open transaction will be aborted by the broker");
        }
    }

    private StreamThreadExceptionResponse respond(Throwable error) {
        if (!Trouble.of(error).stops()
                && !GLOBAL.matcher(Thread.currentThread().getName()).find()) {
            LOG.atWarn().addKeyValue("service", name).setCause(error).log("service replaces its thread");
            LockSupport.parkNanos(PAUSE.toNanos());
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        }
        failure.compareAndSet(null, InstanceName.explain(name, instance, error));
        LOG.atError().addKeyValue("service", name).setCause(error).log("service stops on a fatal error");
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    /** Kafka Streams may end by itself, without an error that {@link #respond} is asked about. */
    private void follow(State state) {
        if (state == State.RUNNING) {
            LOG.atInfo().addKeyValue("service", name).log("service is running");
        } else if (state == State.ERROR
                && failure.compareAndSet(
                        null, new IllegalStateException("Kafka Streams ended in an error; the log has it"))) {
            LOG.atError().addKeyValue("service", name).log("service stops: Kafka Streams ended in an error");
        }
    }
}
