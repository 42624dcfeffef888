package io.marft.actor.acting;

import io.marft.actor.adapters.AdapterFollower;
import io.marft.schemas.wire.RecordCodec;
import io.marft.schemas.wire.RegistryUnavailableException;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.life.InstanceName;
import io.marft.streaming.life.Refusals;
import io.marft.streaming.life.Service;
import io.marft.streaming.life.StaticMember;
import io.marft.streaming.life.TransientErrors;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One agent at work: takes turns from the agent's topic in batches, answers them with the adapter that is in service at
 * that moment, and commits actions, dead letters and the turns' offsets in one transaction. A worker that dies loses its
 * transaction and nothing else: its successor, under the same transactional id, takes the same turns again.
 *
 * <p>Errors are of two kinds, as in Kafka's ExactlyOnceMessageProcessor: after those that a retry can mend the
 * transaction is aborted and the worker goes back to the committed offsets; the others, such as a second worker of the
 * same name, which the group lets in instead of this one, stop it.
 */
final class AgentWorker implements Service {

    private static final Logger LOG = LoggerFactory.getLogger(AgentWorker.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);
    /** For each client; it matters only where the cluster is away. */
    private static final Duration RELEASE_TIMEOUT = Duration.ofSeconds(5);
    /** What a dead worker left open blocks readers no longer than it takes to give its partitions to another. */
    private static final int TRANSACTION_TIMEOUT_MS = StaticMember.SESSION_TIMEOUT_MS;

    private final String agent;
    private final AgentSettings settings;
    private final AdapterFollower adapters;
    private final TurnHandler handler;
    private final KafkaConsumer<String, byte[]> consumer;
    private final Map<String, Object> producing;
    private KafkaProducer<String, byte[]> producer;
    private final RecordCodec codec;
    private final Thread thread;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean closing;

    AgentWorker(String agent, AgentSettings settings, Policy policy, AdapterFollower adapters) {
        this.agent = agent;
        this.settings = settings;
        this.adapters = adapters;
        ClientSettings client = settings.client();
        Map<String, Object> consuming = client.consumer(client.names().agent(agent));
        consuming.putAll(StaticMember.properties(settings.instance()));
        consuming.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, settings.batchLimit());
        this.consumer = new KafkaConsumer<>(consuming);
        this.producing = client.transactionalProducer(client.names().agentMember(agent, settings.instance()));
        producing.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MS);
        this.producer = new KafkaProducer<>(producing);
        this.codec = client.codec();
        this.handler = new TurnHandler(agent, settings.team(), client.topics(), codec, policy);
        this.thread = new Thread(this::run, name());
    }

    @Override
    public String name() {
        return TurnHandler.service(agent);
    }

    @Override
    public void start() {
        thread.start();
    }

    @Override
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure.get());
    }

    /** Lets the worker finish its batch and stop; returns at once. */
    void askToStop() {
        closing = true;
        consumer.wakeup();
    }

    @Override
    public void close() {
        askToStop();
        try {
            if (thread.getState() == Thread.State.NEW) {
                release();
            }
            thread.join(CLOSE_TIMEOUT.toMillis());
            if (thread.isAlive()) {
                LOG.atWarn().addKeyValue("agent", agent).log("agent did not stop in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            adapters.awaitCaughtUp();
            untilDone(producer::initTransactions);
            TurnQueue queue = new TurnQueue(consumer, settings.batchLimit(), settings.linger());
            consumer.subscribe(List.of(settings.client().topics().turns(agent)), queue);
            while (!closing) {
                List<ConsumerRecord<String, byte[]>> batch = next(queue);
                if (!batch.isEmpty() && !process(batch)) {
                    untilDone(queue::rewind);
                }
            }
        } catch (WakeupException | InterruptedException e) {
            LOG.atDebug().addKeyValue("agent", agent).log("agent was asked to stop");
        } catch (RuntimeException | Error e) {
            if (!closing) {
                failure.set(
                        e instanceof FencedInstanceIdException
                                ? new IllegalStateException(InstanceName.taken(name(), settings.instance()), e)
                                : e);
                LOG.atError().addKeyValue("agent", agent).setCause(e).log("agent stops on a fatal error");
            }
        } finally {
            release();
        }
    }

    private void release() {
        producer.close(RELEASE_TIMEOUT);
        consumer.close(CloseOptions.timeout(RELEASE_TIMEOUT)
                .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
        codec.close();
    }

    private List<ConsumerRecord<String, byte[]>> next(TurnQueue queue) {
        try {
            return queue.next();
        } catch (KafkaException e) {
            if (!TransientErrors.isTransient(e)) {
                throw e;
            }
            retryLater(e);
            return List.of();
        }
    }

    /** Answers a batch in one transaction; false if the transaction was aborted. */
    private boolean process(List<ConsumerRecord<String, byte[]>> batch) {
        try {
            List<ProducerRecord<String, byte[]>> results = handler.answer(batch, adapters.of(agent));
            producer.beginTransaction();
            for (ProducerRecord<String, byte[]> result : results) {
                Future<RecordMetadata> unused = producer.send(result); // A send that fails makes the commit fail.
            }
            producer.sendOffsetsToTransaction(TurnQueue.after(batch), consumer.groupMetadata());
            untilDone(producer::commitTransaction);
            return true;
        } catch (RegistryUnavailableException e) {
            retryLater(e);
            return false;
        } catch (FencedInstanceIdException
                | AuthorizationException
                | AuthenticationException
                | UnsupportedVersionException
                | OutOfOrderSequenceException e) {
            throw e;
        } catch (KafkaException e) {
            if (Refusals.isRefusal(e)) {
                throw e; // The producer holds it as the reason of its error.
            }
            abort(e);
            return false;
        }
    }

    private void abort(KafkaException error) {
        boolean lost = isLost(error);
        if (!lost) {
            try {
                untilDone(producer::abortTransaction);
            } catch (KafkaException e) {
                boolean fatal = e.getClass() == KafkaException.class && !Refusals.isRefusal(e);
                if (!fatal && !isLost(e)) {
                    throw e;
                }
                lost = true;
            }
        }
        retryLater(error);
        if (lost) {
            renew();
        }
    }

    /**
     * A broker takes no more of a producer whose transaction it aborted because it was open for too long, or whose id it has
     * forgotten because it was not used for days.
     */
    private void renew() {
        producer.close(Duration.ZERO);
        producer = new KafkaProducer<>(producing);
        untilDone(producer::initTransactions);
    }

    private static boolean isLost(KafkaException error) {
        return error instanceof ProducerFencedException
                || error instanceof InvalidProducerEpochException
                || error instanceof InvalidPidMappingException;
    }

    /** A step of a transaction that timed out is still under way: only asking again tells how it ended. */
    private void untilDone(Runnable step) {
        while (true) {
            try {
                step.run();
                return;
            } catch (TimeoutException e) {
                retryLater(e);
            }
        }
    }

    private void retryLater(RuntimeException error) {
        if (closing) {
            throw error;
        }
        LOG.atWarn().addKeyValue("agent", agent).setCause(error).log("agent will try again");
        LockSupport.parkNanos(PAUSE.toNanos());
    }
}
