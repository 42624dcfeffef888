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
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * One agent at work. It takes turns from the agent's topic in batches, answers them with the adapter that is in service at
 * that moment, and commits actions, dead letters and the turns' offsets in one transaction. A worker that dies loses its
 * transaction and nothing else: its successor has the same transactional id, and takes the same turns again.
 *
 * <p>A batch that was not committed is read again from the committed offsets, by this worker or by whoever has its
 * partitions then. A second worker of the same name stops this one, because the group lets the second in instead.
 */
final class AgentWorker extends ThreadedService {

    /** How long to wait for a cluster that is away. */
    private static final Duration RELEASE_TIMEOUT = Duration.ofSeconds(5);
    /** Readers wait for the open transaction of a dead worker no longer than its partitions wait for their next owner. */
    private static final int TRANSACTION_TIMEOUT_MS = StaticMember.SESSION_TIMEOUT_MS;

    private final String agent;
    private final AgentSettings settings;
    private final AdapterFollower adapters;
    private final TurnHandler handler;
    private final KafkaConsumer<String, byte[]> consumer;
    private final Transactions transactions;
    private final TurnQueue queue;
    private final RecordCodec codec;

    AgentWorker(String agent, AgentSettings settings, Policy policy, AdapterFollower adapters) {
        super(ClientNames.agentService(settings.team(), agent), settings.instance());
        this.agent = agent;
        this.settings = settings;
        this.adapters = adapters;
        ClientSettings client = settings.client();
        Map<String, Object> consuming = client.consumer(client.names().agent(settings.team(), agent));
        consuming.putAll(StaticMember.properties(settings.instance()));
        consuming.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, settings.batchLimit());
        this.consumer = new KafkaConsumer<>(consuming);
        this.queue = new TurnQueue(consumer, settings.batchLimit(), settings.linger());
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
        consumer.subscribe(List.of(settings.client().topics().turns(settings.team(), agent)), queue);
        while (!stop().isMade()) {
            try {
                answer(queue.next());
            } catch (RuntimeException e) {
                tryAgainAfter(Trouble.of(e));
            }
        }
    }

    private void answer(List<ConsumerRecord<String, byte[]>> batch) {
        if (!batch.isEmpty()) {
            List<ProducerRecord<String, byte[]>> answers = handler.answer(batch, adapters.of(agent));
            transactions
                    .commit(answers, TurnQueue.after(batch), consumer.groupMetadata())
                    .ifPresent(this::tryAgainAfter);
        }
    }

    private void tryAgainAfter(Trouble trouble) {
        patience().after(trouble);
        if (trouble instanceof Trouble.Fenced) {
            patience().run(transactions::open);
        }
        patience().run(queue::rewind);
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
