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
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns the records of an agent's turn topic into the records to be written: an action for each turn, and a dead letter for
 * each record that is no turn of this agent or that the policy refuses. Between the two lies the time that the policy takes.
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
     * Begins to answer records with an adapter. A record that is no turn of this agent has its refusal at once.
     *
     * @return a future for each record
     * @throws io.marft.schemas.wire.RegistryUnavailableException if a record cannot be decoded now; none has begun then
     */
    List<CompletableFuture<Policy.Answer>> begin(
            List<ConsumerRecord<String, byte[]>> records, VersionedAdapter adapter) {
        List<Read> read = records.stream().map(this::read).toList();
        List<Turn> turns =
                read.stream().map(Read::turn).flatMap(Optional::stream).toList();
        Iterator<CompletableFuture<Policy.Answer>> answers =
                policy.answer(turns, adapter).iterator();
        return read.stream()
                .map(own -> own.turn().isPresent() ? answers.next() : refused(own.refusal()))
                .toList();
    }

    private static CompletableFuture<Policy.Answer> refused(String reason) {
        return CompletableFuture.completedFuture(new Policy.Answer.Refused(reason));
    }

    /**
     * What a record holds.
     *
     * @param turn the agent's turn; empty if it is none
     * @param refusal why not
     */
    private record Read(Optional<Turn> turn, String refusal) {}

    private Read read(ConsumerRecord<String, byte[]> record) {
        Decoded<Turn> decoded = codec.decode(record.topic(), record.value(), Turn.class);
        if (decoded instanceof Decoded.Invalid<Turn> invalid) {
            return new Read(Optional.empty(), invalid.reason());
        }
        Turn turn = ((Decoded.Valid<Turn>) decoded).value();
        return refuse(record, turn)
                .map(refusal -> new Read(Optional.empty(), refusal))
                .orElseGet(() -> new Read(Optional.of(turn), ""));
    }

    /**
     * The record that an answer leads to: an action or a dead letter.
     *
     * @throws io.marft.schemas.wire.RegistryUnavailableException if it cannot be encoded now
     */
    ProducerRecord<String, byte[]> outcome(ConsumerRecord<String, byte[]> record, Policy.Answer answer) {
        return answer instanceof Policy.Answer.Acted acted
                ? action(record, acted.action())
                : deadLetter(record, ((Policy.Answer.Refused) answer).reason());
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
