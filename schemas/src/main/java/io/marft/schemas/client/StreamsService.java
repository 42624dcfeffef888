package io.marft.schemas.client;

import io.marft.schemas.serde.RegistryUnavailableException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.errors.RetriableException;
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
 * instead of waiting for its former self to time out. Two processes therefore need two instance names.
 */
public class StreamsService implements Service {

    private static final Logger LOG = LoggerFactory.getLogger(StreamsService.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);
    private static final int SESSION_TIMEOUT_MS = 10_000;

    private final String name;
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
        Map<String, Object> all = new HashMap<>();
        all.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), name + "." + instance);
        all.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), SESSION_TIMEOUT_MS);
        all.putAll(properties);
        this.streams = new KafkaStreams(topology, new StreamsConfig(all));
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
        if (!streams.close(CLOSE_TIMEOUT)) {
            LOG.atWarn()
                    .addKeyValue("service", name)
                    .addKeyValue("seconds", CLOSE_TIMEOUT.toSeconds())
                    .log("service did not close in time; its open transaction will be aborted by the broker");
        }
    }

    private StreamThreadExceptionResponse respond(Throwable error) {
        if (transientError(error)) {
            LOG.atWarn().addKeyValue("service", name).setCause(error).log("thread failed and is replaced");
            LockSupport.parkNanos(PAUSE.toNanos());
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        }
        failure.compareAndSet(null, error);
        LOG.atError().addKeyValue("service", name).setCause(error).log("service stops on a fatal error");
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    private void logState(State state) {
        if (state == State.RUNNING) {
            LOG.atInfo().addKeyValue("service", name).log("service is running");
        }
    }

    /** Whether the same work may succeed later without anyone's help. */
    static boolean transientError(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof RetriableException || cause instanceof RegistryUnavailableException) {
                return true;
            }
        }
        return false;
    }
}
