package io.marft.reward.assemble;

import io.marft.reward.Teams;
import io.marft.schemas.client.Deadlines;
import io.marft.schemas.client.Received;
import io.marft.schemas.client.TeamStore;
import io.marft.schemas.client.TopologyParts;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.AssemblyState;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Reward;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.topic.Topic;
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

/** Carries {@link Assembly}'s decisions out: keeps the state of open episodes, forwards trajectories and dead letters. */
final class AssembleProcessor
        extends ContextualProcessor<String, Received<? extends SpecificRecord>, String, SpecificRecord> {

    static final String STORE = "assembly";

    private static final Logger LOG = LoggerFactory.getLogger(AssembleProcessor.class);

    private KeyValueStore<String, AssemblyState> store;
    private Assembly assembly;
    private Teams teams;
    private Deadlines deadlines;

    @Override
    public void init(ProcessorContext<String, SpecificRecord> context) {
        super.init(context);
        store = context.getStateStore(STORE);
        teams = new TeamStore(context)::find;
        assembly = new Assembly(teams);
        deadlines = new Deadlines(Instant.ofEpochMilli(context.currentSystemTimeMs()));
        try (KeyValueIterator<String, AssemblyState> all = store.all()) {
            all.forEachRemaining(entry -> noteDeadline(entry.value));
        }
        context.schedule(Deadlines.INTERVAL, PunctuationType.WALL_CLOCK_TIME, this::expire);
    }

    @Override
    public void process(Record<String, Received<? extends SpecificRecord>> record) {
        Optional<AssemblyState> known = Optional.ofNullable(store.get(record.key()));
        Assembly.Outcome outcome = decide(known, record.value().value());
        if (outcome instanceof Assembly.Open open) {
            store.put(record.key(), open.state());
            if (!known.map(this::deadline).equals(Optional.of(deadline(open.state())))) {
                noteDeadline(open.state());
            }
        } else if (outcome instanceof Assembly.Closed closed) {
            close(closed.trajectory(), record.timestamp());
        } else if (outcome instanceof Assembly.Rejected rejected) {
            context()
                    .forward(
                            record.withValue(
                                    record.value().reject(AssembleService.NAME, rejected.reason(), context(), record)),
                            TopologyParts.DEAD_LETTERS);
        }
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

    private void close(Trajectory trajectory, long timestamp) {
        store.delete(trajectory.getEpisode());
        context().forward(new Record<>(trajectory.getEpisode(), trajectory, timestamp), Topic.TRAJECTORIES.suffix());
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
            Optional<Trajectory> trajectory = assembly.expire(state, now);
            LOG.atWarn()
                    .addKeyValue("episode", state.getEpisode())
                    .addKeyValue("observations", state.getObservations().size())
                    .addKeyValue("actions", state.getActions().size())
                    .addKeyValue("rewards", state.getRewards().size())
                    .log(
                            trajectory.isPresent()
                                    ? "episode missed its deadline and is closed as it is"
                                    : "records of an episode without observation are forgotten");
            trajectory.ifPresentOrElse(closed -> close(closed, timestamp), () -> store.delete(state.getEpisode()));
        }
    }

    private void noteDeadline(AssemblyState state) {
        deadlines.add(state.getEpisode(), state.getOpenedAt(), deadline(state));
    }

    private Duration deadline(AssemblyState state) {
        return Episode.deadline(state, teams).orElse(Deadlines.OF_UNKNOWN_TEAM);
    }
}
