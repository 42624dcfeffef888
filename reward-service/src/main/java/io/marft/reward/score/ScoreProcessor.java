package io.marft.reward.score;

import io.marft.reward.Deadline;
import io.marft.reward.verify.Verifiers;
import io.marft.schemas.client.Received;
import io.marft.schemas.client.TeamStore;
import io.marft.schemas.client.TopologyParts;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Reference;
import io.marft.schemas.record.Reward;
import io.marft.schemas.record.ScoringState;
import io.marft.schemas.topic.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries {@link Scoring}'s decisions out: keeps the state of open episodes, forwards rewards and dead letters. */
final class ScoreProcessor
        extends ContextualProcessor<String, Received<? extends SpecificRecord>, String, SpecificRecord> {

    static final String STORE = "scoring";

    private static final Logger LOG = LoggerFactory.getLogger(ScoreProcessor.class);

    private final Verifiers verifiers;
    private final Duration limit;

    private KeyValueStore<String, ScoringState> store;
    private Scoring scoring;
    private Deadline deadline;

    ScoreProcessor(Verifiers verifiers, Duration limit) {
        this.verifiers = verifiers;
        this.limit = limit;
    }

    @Override
    public void init(ProcessorContext<String, SpecificRecord> context) {
        super.init(context);
        store = context.getStateStore(STORE);
        scoring = new Scoring(verifiers, new TeamStore(context)::find);
        deadline = new Deadline(limit, Instant.ofEpochMilli(context.currentSystemTimeMs()));
        context.schedule(Deadline.interval(limit), PunctuationType.WALL_CLOCK_TIME, this::expire);
    }

    @Override
    public void process(Record<String, Received<? extends SpecificRecord>> record) {
        Instant now = Instant.ofEpochMilli(context().currentSystemTimeMs());
        Optional<ScoringState> known = Optional.ofNullable(store.get(record.key()));
        Scoring.Outcome outcome = decide(known, record.value().value(), now);
        if (outcome instanceof Scoring.Accepted accepted) {
            accepted.state().ifPresentOrElse(state -> store.put(record.key(), state), () -> store.delete(record.key()));
            for (Reward reward : accepted.rewards()) {
                context().forward(record.withValue(reward), Topic.REWARDS.suffix());
            }
        } else if (outcome instanceof Scoring.Rejected rejected) {
            context()
                    .forward(
                            record.withValue(
                                    record.value().reject(ScoreService.NAME, rejected.reason(), context(), record)),
                            TopologyParts.DEAD_LETTERS);
        }
    }

    private Scoring.Outcome decide(Optional<ScoringState> known, SpecificRecord value, Instant now) {
        if (value instanceof Reference reference) {
            return scoring.reference(known, reference, now);
        }
        return value instanceof Action action
                ? scoring.action(known, action, now)
                : scoring.observation(known, (Observation) value, now);
    }

    private void expire(long timestamp) {
        Instant now = Instant.ofEpochMilli(timestamp);
        List<ScoringState> expired = new ArrayList<>();
        try (KeyValueIterator<String, ScoringState> all = store.all()) {
            while (all.hasNext()) {
                KeyValue<String, ScoringState> entry = all.next();
                if (deadline.passed(entry.value.getOpenedAt(), now)) {
                    expired.add(entry.value);
                }
            }
        }
        for (ScoringState state : expired) {
            store.delete(state.getEpisode());
            boolean expected = state.getReference() != null
                    || state.getActions().stream().anyMatch(action -> action.getPurpose() != Purpose.QUESTION);
            if (expected) {
                LOG.atWarn()
                        .addKeyValue("episode", state.getEpisode())
                        .log("episode was not scored in time and is forgotten");
            }
        }
    }
}
