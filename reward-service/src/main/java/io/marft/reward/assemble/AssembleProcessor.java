package io.marft.reward.assemble;

import io.marft.reward.Deadline;
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

/** Carries {@link Assembly}'s decisions out: keeps the state of open episodes, forwards trajectories and dead letters. */
final class AssembleProcessor
        extends ContextualProcessor<String, Received<? extends SpecificRecord>, String, SpecificRecord> {

    static final String STORE = "assembly";

    private static final Logger LOG = LoggerFactory.getLogger(AssembleProcessor.class);

    private final Duration limit;

    private KeyValueStore<String, AssemblyState> store;
    private Assembly assembly;
    private Deadline deadline;

    AssembleProcessor(Duration limit) {
        this.limit = limit;
    }

    @Override
    public void init(ProcessorContext<String, SpecificRecord> context) {
        super.init(context);
        store = context.getStateStore(STORE);
        assembly = new Assembly(new TeamStore(context)::find);
        deadline = new Deadline(limit, Instant.ofEpochMilli(context.currentSystemTimeMs()));
        context.schedule(Deadline.interval(limit), PunctuationType.WALL_CLOCK_TIME, this::expire);
    }

    @Override
    public void process(Record<String, Received<? extends SpecificRecord>> record) {
        Assembly.Outcome outcome = decide(record.key(), record.value().value());
        if (outcome instanceof Assembly.Open open) {
            store.put(record.key(), open.state());
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

    private Assembly.Outcome decide(String episode, SpecificRecord value) {
        Instant now = Instant.ofEpochMilli(context().currentSystemTimeMs());
        Optional<AssemblyState> known = Optional.ofNullable(store.get(episode));
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
        List<AssemblyState> expired = new ArrayList<>();
        try (KeyValueIterator<String, AssemblyState> all = store.all()) {
            while (all.hasNext()) {
                KeyValue<String, AssemblyState> entry = all.next();
                if (deadline.passed(entry.value.getOpenedAt(), now)) {
                    expired.add(entry.value);
                }
            }
        }
        for (AssemblyState state : expired) {
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
}
