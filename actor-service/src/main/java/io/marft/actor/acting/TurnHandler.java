package io.marft.actor.acting;

import io.marft.actor.adapters.VersionedAdapter;
import io.marft.schemas.catalogue.ClientNames;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.catalogue.TopicNames;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Turn;
import io.marft.schemas.wire.DeadLetters;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.EncodedSize;
import io.marft.schemas.wire.KeyText;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.topology.TopologyParts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns the records of an agent's turn topic into the records to be written: an action for each turn, and a dead letter for
 * each record that is no turn of this agent or that the policy refuses.
 *
 * <p>Not thread-safe; belongs to its worker's thread.
 */
final class TurnHandler {

    private static final Logger LOG = LoggerFactory.getLogger(TurnHandler.class);
    /** Bytes that an action may not use: its key, and the mark and number of its schema, need them. */
    private static final int SLACK = 5 * 1024;

    private final String agent;
    private final String team;
    private final TopicNames topics;
    private final RecordCodec codec;
    private final Policy policy;

    TurnHandler(String agent, String team, TopicNames topics, RecordCodec codec, Policy policy) {
        this.agent = agent;
        this.team = team;
        this.topics = topics;
        this.codec = codec;
        this.policy = policy;
    }

    /**
     * The records that a batch leads to: an action or a dead letter for each. Waits until every turn is answered.
     *
     * @throws io.marft.schemas.wire.RegistryUnavailableException if a record cannot be decoded now
     */
    List<ProducerRecord<String, byte[]>> answer(List<ConsumerRecord<String, byte[]>> batch, VersionedAdapter adapter) {
        List<ProducerRecord<String, byte[]>> results = new ArrayList<>();
        List<ConsumerRecord<String, byte[]>> sources = new ArrayList<>();
        List<Turn> turns = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> record : batch) {
            Decoded<Turn> decoded = codec.decode(record.topic(), record.value(), Turn.class);
            if (decoded instanceof Decoded.Invalid<Turn> invalid) {
                results.add(deadLetter(record, invalid.reason()));
            } else if (decoded instanceof Decoded.Valid<Turn> valid) {
                Optional<String> refusal = refuse(record, valid.value());
                if (refusal.isPresent()) {
                    results.add(deadLetter(record, refusal.get()));
                } else {
                    sources.add(record);
                    turns.add(valid.value());
                }
            }
        }
        List<CompletableFuture<Policy.Answer>> answers = policy.answer(turns, adapter);
        for (int i = 0; i < turns.size(); i++) {
            Policy.Answer answer = answers.get(i).join();
            if (answer instanceof Policy.Answer.Acted acted) {
                results.add(action(sources.get(i), acted.action()));
            } else if (answer instanceof Policy.Answer.Refused refused) {
                results.add(deadLetter(sources.get(i), refused.reason()));
            }
        }
        return results;
    }

    private Optional<String> refuse(ConsumerRecord<String, byte[]> record, Turn turn) {
        Optional<String> mismatch = KeyText.mismatch(record.key(), turn.getEpisode());
        if (mismatch.isPresent()) {
            return mismatch;
        }
        if (!turn.getAgent().equals(agent)) {
            return Optional.of("turn is of agent '" + turn.getAgent() + "', this is '" + agent + "'");
        }
        if (!turn.getTeam().equals(team)) {
            return Optional.of("turn is of team '" + turn.getTeam() + "', this agent serves team '" + team + "'");
        }
        return Optional.empty();
    }

    private ProducerRecord<String, byte[]> action(ConsumerRecord<String, byte[]> source, Action action) {
        Optional<String> oversized = EncodedSize.refuse("the action", action, TopologyParts.MOST_BYTES - SLACK);
        if (oversized.isPresent()) {
            return deadLetter(source, oversized.get());
        }
        String topic = topics.of(Topic.ACTIONS);
        return new ProducerRecord<>(topic, action.getEpisode(), codec.encode(topic, action));
    }

    private ProducerRecord<String, byte[]> deadLetter(ConsumerRecord<String, byte[]> record, String reason) {
        LOG.atWarn()
                .addKeyValue("agent", agent)
                .addKeyValue("episode", record.key())
                .addKeyValue("offset", record.offset())
                .addKeyValue("reason", reason)
                .log("turn becomes a dead letter");
        return DeadLetters.outgoing(
                DeadLetters.of(ClientNames.agentService(team, agent), reason, record), topics, codec);
    }
}
