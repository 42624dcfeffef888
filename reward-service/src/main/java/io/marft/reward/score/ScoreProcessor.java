package io.marft.reward.score;

import io.marft.reward.episode.Teams;
import io.marft.reward.verify.Verifier;
import io.marft.schemas.catalogue.ByName;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.catalogue.TopicNames;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Reference;
import io.marft.schemas.record.Reward;
import io.marft.schemas.record.ScoringState;
import io.marft.schemas.team.Spans;
import io.marft.schemas.wire.EncodedSize;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.topology.Deadlines;
import io.marft.streaming.topology.Received;
import io.marft.streaming.topology.Rejections;
import io.marft.streaming.topology.TeamStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
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

    private final TopicNames names;
    private final RecordCodec codec;
    private final ByName<Verifier> verifiers;

    private KeyValueStore<String, ScoringState> store;
    private Scoring scoring;
    private Teams teams;
    private Deadlines deadlines;
    private Rejections rejections;

    ScoreProcessor(TopicNames names, RecordCodec codec, ByName<Verifier> verifiers) {
        this.names = names;
        this.codec = codec;
        this.verifiers = verifiers;
    }

    @Override
    public void init(ProcessorContext<String, SpecificRecord> context) {
        super.init(context);
        store = context.getStateStore(STORE);
        teams = new TeamStore(context)::find;
        scoring = new Scoring(verifiers, teams);
        deadlines = new Deadlines(Instant.ofEpochMilli(context.currentSystemTimeMs()));
        rejections = new Rejections(ScoreService.NAME, names, codec, context);
        try (KeyValueIterator<String, ScoringState> all = store.all()) {
            all.forEachRemaining(entry -> noteDeadline(entry.value));
        }
        context.schedule(Deadlines.INTERVAL, PunctuationType.WALL_CLOCK_TIME, this::expire);
    }

    @Override
    public void process(Record<String, Received<? extends SpecificRecord>> record) {
        Instant now = Instant.ofEpochMilli(context().currentSystemTimeMs());
        Optional<ScoringState> known = Optional.ofNullable(store.get(record.key()));
        Scoring.Outcome outcome = decide(known, record.value().value(), now);
        if (outcome instanceof Scoring.Accepted accepted) {
            accept(record, known, accepted);
        } else if (outcome instanceof Scoring.Rejected rejected) {
            rejections.reject(record, rejected.reason());
        }
    }

    private void accept(
            Record<String, Received<? extends SpecificRecord>> record,
            Optional<ScoringState> known,
            Scoring.Accepted accepted) {
        Optional<ScoringState> state = accepted.state().map(next -> placed(next, record.value()));
        Optional<String> oversized = state.flatMap(next -> EncodedSize.refuse("with this record the episode", next));
        if (oversized.isPresent()) {
            rejections.reject(record, oversized.get());
            return;
        }
        state.ifPresentOrElse(next -> keep(known, next), () -> store.delete(record.key()));
        for (Reward reward : accepted.rewards()) {
            context().forward(new Record<>(record.key(), reward, record.timestamp()), Topic.REWARDS.suffix());
        }
    }

    /** The state with the offset of the reference, if that is what came. */
    private static ScoringState placed(ScoringState state, Received<? extends SpecificRecord> added) {
        return added.value() instanceof Reference
                ? ScoringState.newBuilder(state)
                        .setReferenceOffset(added.offset())
                        .build()
                : state;
    }

    private void keep(Optional<ScoringState> known, ScoringState state) {
        store.put(state.getEpisode(), state);
        if (!known.map(this::deadline).equals(Optional.of(deadline(state)))) {
            noteDeadline(state);
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
        for (String episode : deadlines.take(now)) {
            ScoringState state = store.get(episode);
            if (state == null) {
                continue;
            }
            if (!deadlines.passed(state.getOpenedAt(), deadline(state), now)) {
                noteDeadline(state);
                continue;
            }
            expire(state, timestamp);
        }
    }

    private void expire(ScoringState state, long timestamp) {
        store.delete(state.getEpisode());
        boolean begun = !state.getActions().isEmpty() || state.getScored() > 0;
        if (state.getReference() != null && !begun) {
            reject(state, timestamp);
        } else if (state.getReference() != null
                || state.getActions().stream().anyMatch(action -> action.getPurpose() != Purpose.QUESTION)) {
            LOG.atWarn()
                    .addKeyValue("episode", state.getEpisode())
                    .log("episode was not scored in time and is forgotten");
        }
    }

    /** A reference that no answer came to. Nobody else reads references, so nobody else would say so. */
    private void reject(ScoringState state, long timestamp) {
        rejections.rejectHeld(
                Topic.REFERENCES,
                state.getReferenceOffset(),
                state.getEpisode(),
                state.getReference(),
                "no answer to judge by this reference came within " + Spans.text(deadline(state)),
                timestamp);
    }

    private void noteDeadline(ScoringState state) {
        deadlines.add(state.getEpisode(), state.getOpenedAt(), deadline(state));
    }

    private Duration deadline(ScoringState state) {
        return ScoredEpisode.of(state, teams)
                .map(scored -> scored.team().deadline())
                .orElse(Deadlines.OF_UNKNOWN_TEAM);
    }

    @Override
    public void close() {
        codec.close();
    }
}
