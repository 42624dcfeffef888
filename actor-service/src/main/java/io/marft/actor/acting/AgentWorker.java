package io.marft.actor.acting;

import io.marft.actor.adapters.AdapterFollower;
import io.marft.schemas.catalogue.ClientNames;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.life.StaticMember;
import io.marft.streaming.life.ThreadedService;
import io.marft.streaming.life.Transactions;
import io.marft.streaming.life.Trouble;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;

/**
 * One agent at work. It takes turns from the agent's topic, answers each with the adapter that is in service when the answer
 * begins, and commits actions, dead letters and the turns' offsets in one transaction. It takes further turns while others
 * are being answered, and polls all the while, so that its group does not give it up however long an answer takes.
 *
 * <p>A worker that dies loses the turns that it had not committed, and nothing else: its successor has the same
 * transactional id, and takes the same turns again. What was answered and could not be committed is kept for the next try,
 * as long as the partition is this worker's. A second worker of the same name stops this one, because the group lets the
 * second in instead.
 */
final class AgentWorker extends ThreadedService {

    /** How long to wait for a cluster that is away. */
    private static final Duration RELEASE_TIMEOUT = Duration.ofSeconds(5);
    /** Readers wait for the open transaction of a dead worker no longer than its partitions wait for their next owner. */
    private static final int TRANSACTION_TIMEOUT_MS = StaticMember.SESSION_TIMEOUT_MS;
    /** How long an agent that has nothing to do waits for a turn. */
    private static final Duration IDLE = Duration.ofMillis(500);
    /** How often an agent that is answering sees if an answer has come. Turns that come are seen at once. */
    private static final Duration GLANCE = Duration.ofMillis(5);

    private final String agent;
    private final AgentSettings settings;
    private final AdapterFollower adapters;
    private final TurnHandler handler;
    private final KafkaConsumer<String, byte[]> consumer;
    private final Transactions transactions;
    private final OpenTurns turns;
    private final RecordCodec codec;
    /** Since when answers wait for others to be committed with them. */
    private OptionalLong answeredSince = OptionalLong.empty();
    /** Whether a transaction may have been committed that this worker takes for lost; the group's offsets tell. */
    private boolean unsure;

    AgentWorker(String agent, AgentSettings settings, Policy policy, AdapterFollower adapters) {
        super(ClientNames.agentService(settings.team(), agent), settings.instance());
        this.agent = agent;
        this.settings = settings;
        this.adapters = adapters;
        ClientSettings client = settings.client();
        Map<String, Object> consuming = client.consumer(client.names().agent(settings.team(), agent));
        consuming.putAll(StaticMember.properties(settings.instance()));
        consuming.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, settings.batchLimit());
        // So a rebalance takes away only what goes to others, and turns under way in the other partitions go on.
        consuming.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
        this.consumer = new KafkaConsumer<>(consuming);
        this.turns = new OpenTurns(settings.batchLimit());
        Map<String, Object> producing =
                client.transactionalProducer(client.names().agentMember(settings.team(), agent, settings.instance()));
        producing.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MS);
        this.transactions = new Transactions(producing, patience());
        this.codec = client.codec();
        this.handler = new TurnHandler(agent, settings.team(), client.topics(), codec, policy);
    }

    @Override
    protected void work() throws InterruptedException {
        adapters.awaitCaughtUp();
        patience().run(transactions::open);
        consumer.subscribe(List.of(settings.client().topics().turns(settings.team(), agent)), turns);
        while (!stop().isMade()) {
            try {
                take();
                turns.begin(records -> handler.begin(records, adapters.of(agent)));
                turns.failure().ifPresent(error -> patience().after(Trouble.of(error)));
                commitWhatIsDue();
            } catch (WakeupException e) {
                break; // Nothing but the request to stop wakes this thread.
            } catch (RuntimeException e) {
                tryAgainAfter(Trouble.of(e));
            }
        }
        if (!unsure) {
            commit(turns.answered()).ifPresent(patience()::after);
        }
    }

    /** Takes turns if there is room. Without room it polls, too, for a member that does not poll is given up. */
    private void take() {
        if (turns.haveRoom()) {
            consumer.resume(consumer.paused());
        } else {
            consumer.pause(consumer.assignment());
        }
        consumer.poll(pollTime()).forEach(turns::add);
    }

    private Duration pollTime() {
        if (turns.isEmpty()) {
            return IDLE;
        }
        Duration left = answeredSince.isEmpty()
                ? GLANCE
                : settings.linger().minusNanos(System.nanoTime() - answeredSince.getAsLong());
        return left.isNegative() ? Duration.ZERO : left.compareTo(GLANCE) < 0 ? left : GLANCE;
    }

    /** Commits once the first of the answers has waited for the linger, or there is a whole batch of them. */
    private void commitWhatIsDue() {
        List<OpenTurns.Answered> answered = turns.answered();
        if (answered.isEmpty()) {
            answeredSince = OptionalLong.empty(); // Those that waited may have gone with their partition.
            return;
        }
        long now = System.nanoTime();
        long since = answeredSince.orElse(now);
        answeredSince = OptionalLong.of(since);
        if (now - since >= settings.linger().toNanos() || answered.size() >= settings.batchLimit()) {
            commit(answered).ifPresent(this::tryAgainAfter);
        }
    }

    /** Commits answered turns; says why if it could not. They stay open then. */
    private Optional<Trouble> commit(List<OpenTurns.Answered> answered) {
        if (answered.isEmpty()) {
            return Optional.empty();
        }
        List<ProducerRecord<String, byte[]>> outcomes = answered.stream()
                .map(turn -> handler.outcome(turn.record(), turn.answer()))
                .toList();
        Map<TopicPartition, OffsetAndMetadata> offsets = OpenTurns.after(answered);
        Optional<Trouble> trouble = transactions.commit(outcomes, offsets, consumer.groupMetadata());
        if (trouble.isEmpty()) {
            turns.committed(offsets);
            answeredSince = OptionalLong.empty();
        }
        return trouble;
    }

    /**
     * Goes on after a trouble with the turns that are open. If partitions were lost, the next poll drops theirs. Only where
     * the producer was fenced may the transaction be committed all the same; the group's offsets tell.
     */
    private void tryAgainAfter(Trouble trouble) {
        unsure = unsure || trouble instanceof Trouble.Fenced;
        patience().after(trouble);
        if (unsure) {
            patience().run(transactions::open);
            patience().run(() -> turns.committed(consumer.committed(consumer.assignment())));
            unsure = false;
        }
    }

    @Override
    protected void wake() {
        consumer.wakeup();
    }

    @Override
    protected void release() {
        transactions.close();
        consumer.close(CloseOptions.timeout(RELEASE_TIMEOUT)
                .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
        codec.close();
    }
}
