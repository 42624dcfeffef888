package io.marft.reward.assemble;

import io.marft.reward.episode.Teams;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.catalogue.TopicNames;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.AssemblyState;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Reward;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.team.Spans;
import io.marft.schemas.wire.EncodedSize;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.topology.Deadlines;
import io.marft.streaming.topology.Received;
import io.marft.streaming.topology.Rejections;
import io.marft.streaming.topology.TeamStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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

/**
 * Carries {@link Assembly}'s decisions out: keeps the state of open episodes, forwards trajectories and dead letters.
 *
 * <p>Remembers that an episode is closed for as long as an episode may take, so that a record that comes twice opens no
 * second one.
 */
final class AssembleProcessor
        extends ContextualProcessor<String, Received<? extends SpecificRecord>, String, SpecificRecord> {

    static final String STORE = "assembly";

    private static final Logger LOG = LoggerFactory.getLogger(AssembleProcessor.class);

    private final TopicNames names;
    private final RecordCodec codec;

    private KeyValueStore<String, AssemblyState> store;
    private Assembly assembly;
    private Teams teams;
    private Deadlines deadlines;
    private Rejections rejections;

    AssembleProcessor(TopicNames names, RecordCodec codec) {
        this.names = names;
        this.codec = codec;
    }

    @Override
    public void init(ProcessorContext<String, SpecificRecord> context) {
        super.init(context);
        store = context.getStateStore(STORE);
        teams = new TeamStore(context)::find;
        assembly = new Assembly(teams);
        deadlines = new Deadlines(Instant.ofEpochMilli(context.currentSystemTimeMs()));
        rejections = new Rejections(AssembleService.NAME, names, codec, context);
        try (KeyValueIterator<String, AssemblyState> all = store.all()) {
            all.forEachRemaining(entry -> noteDeadline(entry.value));
        }
        context.schedule(Deadlines.INTERVAL, PunctuationType.WALL_CLOCK_TIME, this::expire);
    }

    @Override
    public void process(Record<String, Received<? extends SpecificRecord>> record) {
        Optional<AssemblyState> known = Optional.ofNullable(store.get(record.key()));
        SpecificRecord value = record.value().value();
        Assembly.Outcome outcome = decide(known, value);
        if (outcome instanceof Assembly.Open open) {
            AssemblyState state = placed(open.state(), record.value());
            oversized(state).ifPresentOrElse(reason -> rejections.reject(record, reason), () -> keep(known, state));
        } else if (outcome instanceof Assembly.Closed closed) {
            AssemblyState state = placed(closed.state(), record.value());
            oversized(state)
                    .ifPresentOrElse(
                            reason -> rejections.reject(record, reason),
                            () -> close(state, closed.trajectory(), record.timestamp()));
        } else if (outcome instanceof Assembly.Rejected rejected) {
            rejections.reject(record, rejected.reason());
        }
    }

    private void keep(Optional<AssemblyState> known, AssemblyState state) {
        store.put(state.getEpisode(), state);
        if (!known.map(this::deadline).equals(Optional.of(deadline(state)))) {
            noteDeadline(state);
        }
    }

    /** A trajectory holds no more than the state that it is made of, so what bounds the one bounds the other. */
    private static Optional<String> oversized(AssemblyState state) {
        return EncodedSize.refuse("with this record the episode", state);
    }

    /** The state with the offset of the record that was just added to it. */
    private static AssemblyState placed(AssemblyState state, Received<? extends SpecificRecord> record) {
        SpecificRecord added = record.value();
        long offset = record.offset();
        return new AssemblyState(
                state.getEpisode(),
                state.getObservations(),
                state.getActions(),
                state.getRewards(),
                plus(state.getObservationOffsets(), offset, added instanceof Observation),
                plus(state.getActionOffsets(), offset, added instanceof Action),
                plus(state.getRewardOffsets(), offset, added instanceof Reward),
                state.getClosed(),
                state.getOpenedAt());
    }

    private static List<Long> plus(List<Long> offsets, long offset, boolean added) {
        if (!added) {
            return offsets;
        }
        List<Long> longer = new ArrayList<>(offsets);
        longer.add(offset);
        return longer;
    }

    private Assembly.Outcome decide(Optional<AssemblyState> known, SpecificRecord value) {
        Instant now = Instant.ofEpochMilli(context().currentSystemTimeMs());
        if (value instanceof Observation observation) {
            return assembly.observation(known, observation, now);
        }
        return value instanceof Action action
                ? assembly.action(known, action, now)
                : assembly.reward(known, (Reward) value, now);
    }

    private void close(AssemblyState state, Trajectory trajectory, long timestamp) {
        AssemblyState closed = Assembly.closed(
                trajectory.getEpisode(), Instant.ofEpochMilli(context().currentSystemTimeMs()));
        store.put(closed.getEpisode(), closed);
        noteDeadline(closed);
        context().forward(new Record<>(trajectory.getEpisode(), trajectory, timestamp), Topic.TRAJECTORIES.suffix());
        rejectLeftovers(state, Optional.of(trajectory), "the episode closed without this record", timestamp);
    }

    private void rejectLeftovers(AssemblyState state, Optional<Trajectory> trajectory, String reason, long timestamp) {
        for (Leftovers.Leftover left : assembly.leftovers(state, trajectory)) {
            rejections.rejectHeld(left.topic(), left.offset(), state.getEpisode(), left.value(), reason, timestamp);
        }
    }

    private void expire(long timestamp) {
        Instant now = Instant.ofEpochMilli(timestamp);
        for (String episode : deadlines.take(now)) {
            AssemblyState state = store.get(episode);
            if (state == null) {
                continue;
            }
            if (!deadlines.passed(state.getOpenedAt(), deadline(state), now)) {
                noteDeadline(state);
                continue;
            }
            expire(state, now);
        }
    }

    private void expire(AssemblyState state, Instant now) {
        if (state.getClosed()) {
            store.delete(state.getEpisode());
            return;
        }
        Optional<Trajectory> trajectory = assembly.expire(state, now);
        LOG.atWarn()
                .addKeyValue("episode", state.getEpisode())
                .addKeyValue("observations", state.getObservations().size())
                .addKeyValue("actions", state.getActions().size())
                .addKeyValue("rewards", state.getRewards().size())
                .log(
                        trajectory.isPresent()
                                ? "episode missed its deadline and is closed as it is"
                                : "records of an episode without observation become dead letters");
        if (trajectory.isPresent()) {
            close(state, trajectory.get(), now.toEpochMilli());
            rejectUnrewarded(state, now.toEpochMilli());
        } else {
            store.delete(state.getEpisode());
            String reason = "no observation of the episode to act upon came within " + Spans.text(deadline(state));
            rejectLeftovers(state, trajectory, reason, now.toEpochMilli());
        }
    }

    private void rejectUnrewarded(AssemblyState state, long timestamp) {
        assembly.unrewarded(state)
                .ifPresent(held -> rejections.rejectHeld(
                        held.topic(),
                        held.offset(),
                        state.getEpisode(),
                        held.value(),
                        "all agents acted upon this, but no reward came within " + Spans.text(deadline(state))
                                + ": write a reference for a known verifier with the observation, and see that the reward"
                                + " service works",
                        timestamp));
    }

    private void noteDeadline(AssemblyState state) {
        deadlines.add(state.getEpisode(), state.getOpenedAt(), deadline(state));
    }

    private Duration deadline(AssemblyState state) {
        return AssembledEpisode.deadline(state, teams).orElse(Deadlines.OF_UNKNOWN_TEAM);
    }

    @Override
    public void close() {
        codec.close();
    }
}
