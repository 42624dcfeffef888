package io.marft.streaming.life;

import io.marft.streaming.connect.ClientSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.errors.FencedInstanceIdException;
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
 * A Kafka Streams application as a service. What may pass by itself (a broker or a registry out of reach) costs a
 * thread, which is replaced after a pause; everything else stops the service, with {@link #failure()} saying why.
 *
 * <p>The instance is a static member of its group: started again after a crash, it takes its own place back at once
 * instead of waiting for its former self to time out, and aborts what that left open. One that is asked to stop leaves the
 * group, and the others take over at once. Two processes therefore need two instance names ({@link InstanceName}).
 */
public class StreamsService implements Service {

    private static final Logger LOG = LoggerFactory.getLogger(StreamsService.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

    private final String name;
    private final String instance;
    private final KafkaStreams streams;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /**
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
        // What a dead process left open blocks readers no longer than it takes to give its partitions to another.
        all.put(
                StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
                StaticMember.SESSION_TIMEOUT_MS);
        // State is restored from the log wherever a task comes to run, so a process that joins gets its share at once
        // instead of after up to ten minutes of following along.
        all.put(StreamsConfig.ACCEPTABLE_RECOVERY_LAG_CONFIG, Long.MAX_VALUE);
        all.putAll(properties);
        this.streams = new KafkaStreams(topology, new StreamsConfig(all), new InstanceClients(instance));
        streams.setUncaughtExceptionHandler(this::respond);
        streams.setStateListener((now, before) -> logState(now));
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
        if (TransientErrors.isTransient(error)) {
            LOG.atWarn().addKeyValue("service", name).setCause(error).log("thread failed and is replaced");
            LockSupport.parkNanos(PAUSE.toNanos());
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        }
        failure.compareAndSet(
                null, fenced(error) ? new IllegalStateException(InstanceName.taken(name, instance), error) : error);
        LOG.atError().addKeyValue("service", name).setCause(error).log("service stops on a fatal error");
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    private void logState(State state) {
        if (state == State.RUNNING) {
            LOG.atInfo().addKeyValue("service", name).log("service is running");
        }
    }

    private static boolean fenced(Throwable error) {
        return error != null && (error instanceof FencedInstanceIdException || fenced(error.getCause()));
    }
}
