package io.marft.trainer.publish;

import io.marft.policy.adapter.Adapter;
import io.marft.policy.adapter.LoraConfig;
import io.marft.schemas.catalogue.Metric;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.catalogue.TopicNames;
import io.marft.schemas.record.AdapterChunk;
import io.marft.schemas.record.AdapterManifest;
import io.marft.schemas.record.AgentUpdate;
import io.marft.schemas.record.CheckpointChunk;
import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.record.DroppedTrajectory;
import io.marft.schemas.record.TrajectoryPosition;
import io.marft.schemas.record.Update;
import io.marft.schemas.wire.ChunkCutter;
import io.marft.schemas.wire.DeadLetters;
import io.marft.trainer.batch.Positions;
import io.marft.trainer.batch.TrajectoryBatch;
import io.marft.trainer.configure.TrainerSettings;
import io.marft.trainer.configure.TrainingFile;
import io.marft.trainer.state.StateBytes;
import io.marft.trainer.state.TrainingState;
import io.marft.trainer.update.UpdateResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;

/**
 * All records of one update, in the order in which they are written. Pieces of weights and of the checkpoint are made as they
 * are asked for, so that beside the state no more than one adapter's bytes are held. They are the same each time.
 */
public final class UpdateRecords {

    /** A record on its way to a topic. */
    record Outgoing(String topic, String key, SpecificRecord value) {}

    /** One or more records, made when they are asked for. */
    private interface Part {
        void forEach(Consumer<Outgoing> to);
    }

    /** The index of the record with the trainer's positions, beside the pieces of the checkpoint. */
    static final int POSITIONS = -1;

    private final TrainerSettings settings;
    private final List<TrajectoryPosition> positions;
    private final TopicNames topics;
    private final List<Part> parts = new ArrayList<>();

    /** @param positions where the trainer stands with these records */
    private UpdateRecords(TrainerSettings settings, Positions positions) {
        this.settings = settings;
        this.positions = positions.records();
        this.topics = settings.client().topics();
    }

    /** Makes one record after the other. */
    void forEach(Consumer<Outgoing> to) {
        parts.forEach(part -> part.forEach(to));
    }

    private void add(String topic, String key, SpecificRecord value) {
        Outgoing record = new Outgoing(topic, key, value);
        parts.add(to -> to.accept(record));
    }

    /**
     * The records of an update.
     *
     * @param teamVersion the newest version of the team that was met
     * @param previousStateDigest digest of the state that it started from
     * @param startedAt when it began
     */
    public static UpdateRecords of(
            TrainerSettings settings,
            int teamVersion,
            TrajectoryBatch batch,
            UpdateResult result,
            String previousStateDigest,
            Instant startedAt) {
        UpdateRecords records = new UpdateRecords(settings, batch.positions());
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        double seconds = Math.max(1, ChronoUnit.MILLIS.between(startedAt, now)) / 1000.0;
        Map<String, Double> metrics = new TreeMap<>(result.metrics());
        metrics.put(Metric.TOKENS_PER_SECOND.key(), result.tokens() / seconds);
        List<List<DroppedTrajectory>> dropped = batch.droppedInPieces();
        int last = dropped.size() - 1;
        dropped.subList(0, last)
                .forEach(
                        piece -> records.account(result.state(), result.state().update() - 1, teamVersion, piece, now));
        records.add(
                result.state(),
                now,
                Update.newBuilder()
                        .setTeamVersion(teamVersion)
                        .setInputs(batch.inputs())
                        .setDropped(dropped.get(last))
                        .setAgents(result.agents().stream()
                                .map(agent -> agentUpdate(agent, result.state().update()))
                                .toList())
                        .setMetrics(metrics)
                        .setDevice(result.device())
                        .setPreviousStateDigest(previousStateDigest)
                        .setStartedAt(startedAt));
        batch.rejected().forEach(records::deadLetter);
        return records;
    }

    /**
     * The records of an account ahead of the next update: of what was passed over, and of nothing else. There is one even
     * where all of it was none of this team's, since it tells how far the trainer has come.
     *
     * @param state the state that training stands at, which stays as it is
     * @param teamVersion the newest version of the team that was met
     */
    public static UpdateRecords ofAccount(
            TrainerSettings settings, TrainingState state, int teamVersion, TrajectoryBatch batch) {
        UpdateRecords records = new UpdateRecords(settings, batch.positions());
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        for (List<DroppedTrajectory> piece : batch.droppedInPieces()) {
            records.account(state, state.update(), teamVersion, piece, now);
        }
        records.positions(state);
        batch.rejected().forEach(records::deadLetter);
        return records;
    }

    /**
     * The records of an update that learned nothing but took over an adapter from outside.
     *
     * @param state the state after it
     * @param imported the agent whose adapter it is
     * @param positions where the trainer stands, and is to stay
     */
    public static UpdateRecords ofImport(
            TrainerSettings settings,
            TrainingState state,
            String imported,
            String previousStateDigest,
            Positions positions) {
        UpdateRecords records = new UpdateRecords(settings, positions);
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        List<AgentUpdate> agents = new ArrayList<>();
        state.agents()
                .forEach((agent, after) -> agents.add(agentUpdate(
                        new UpdateResult.AgentResult(agent, after.adapter().digest(), Map.of()), state.update())));
        records.add(
                state,
                now,
                withoutInputs()
                        .setTeamVersion(settings.team().getVersion())
                        .setImported(imported)
                        .setDropped(List.of())
                        .setAgents(agents)
                        .setPreviousStateDigest(previousStateDigest)
                        .setStartedAt(now));
        return records;
    }

    private static Update.Builder withoutInputs() {
        return Update.newBuilder().setInputs(List.of()).setMetrics(Map.of()).setDevice("");
    }

    private void add(TrainingState state, Instant now, Update.Builder update) {
        state.agents().forEach((agent, after) -> parts.add(to -> adapter(to, state, agent, after.adapter(), now)));
        StateBytes.Measure measure = StateBytes.measure(state);
        parts.add(to -> checkpoint(to, state, measure));
        positions(state, measure);
        update(state, now, update.setUpdate(state.update()).setStateDigest(measure.digest()));
    }

    private void account(
            TrainingState state, long update, int teamVersion, List<DroppedTrajectory> dropped, Instant now) {
        update(
                state,
                now,
                withoutInputs()
                        .setUpdate(update)
                        .setTeamVersion(teamVersion)
                        .setDropped(dropped)
                        .setAgents(List.of())
                        .setPreviousStateDigest("")
                        .setStateDigest("")
                        .setStartedAt(now));
    }

    private void update(TrainingState state, Instant now, Update.Builder update) {
        add(
                topics.of(Topic.UPDATES),
                state.team(),
                update.setTeam(state.team())
                        .setPositions(positions)
                        .setBaseModelDigest(state.baseModelDigest())
                        .setConfiguration(TrainingFile.yaml(settings.configuration()))
                        .setSeed(settings.seed())
                        .setTrajectoryTopic(topics.of(Topic.TRAJECTORIES))
                        .setCreatedAt(now)
                        .build());
    }

    private void adapter(Consumer<Outgoing> to, TrainingState state, String agent, Adapter adapter, Instant now) {
        String key = Topic.Key.ofAgent(state.team(), agent);
        byte[] weights = adapter.toSafetensors();
        List<ByteBuffer> pieces = ChunkCutter.cut(weights);
        for (int i = 0; i < pieces.size(); i++) {
            to.accept(new Outgoing(
                    topics.of(Topic.ADAPTER_CHUNKS),
                    key,
                    AdapterChunk.newBuilder()
                            .setTeam(state.team())
                            .setAgent(agent)
                            .setVersion(state.update())
                            .setIndex(i)
                            .setCount(pieces.size())
                            .setData(pieces.get(i))
                            .build()));
        }
        LoraConfig lora = adapter.config();
        to.accept(new Outgoing(
                topics.of(Topic.ADAPTERS),
                key,
                AdapterManifest.newBuilder()
                        .setTeam(state.team())
                        .setAgent(agent)
                        .setVersion(state.update())
                        .setUpdate(state.update())
                        .setBaseModelDigest(state.baseModelDigest())
                        .setDigest(adapter.digest())
                        .setRank(lora.rank())
                        .setAlpha(lora.alpha())
                        .setTargets(lora.targets())
                        .setBytes(weights.length)
                        .setChunks(pieces.size())
                        .setCreatedAt(now)
                        .build()));
    }

    private void checkpoint(Consumer<Outgoing> to, TrainingState state, StateBytes.Measure measure) {
        CheckpointChunk.Builder chunk = chunk(state, measure.digest(), ChunkCutter.count(measure.bytes()));
        int[] index = {0};
        ChunkCutter cutter = new ChunkCutter(data -> {
            to.accept(new Outgoing(
                    topics.of(Topic.CHECKPOINTS),
                    Topic.Key.ofChunk(state.team(), index[0]),
                    chunk.setIndex(index[0]).setData(data).build()));
            index[0]++;
        });
        try (cutter) {
            var unused = StateBytes.write(state, cutter);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The positions beside the state's checkpoint; there is none before the first update. */
    private void positions(TrainingState state) {
        positions(state, state.update() == 0 ? new StateBytes.Measure("", 0) : StateBytes.measure(state));
    }

    private void positions(TrainingState state, StateBytes.Measure measure) {
        int chunks = measure.digest().isEmpty() ? 0 : ChunkCutter.count(measure.bytes());
        add(
                topics.of(Topic.CHECKPOINTS),
                Topic.Key.ofPositions(state.team()),
                chunk(state, measure.digest(), chunks)
                        .setIndex(POSITIONS)
                        .setData(ByteBuffer.allocate(0))
                        .setPositions(positions)
                        .build());
    }

    private static CheckpointChunk.Builder chunk(TrainingState state, String digest, int count) {
        return CheckpointChunk.newBuilder()
                .setTeam(state.team())
                .setUpdate(state.update())
                .setDigest(digest)
                .setCount(count);
    }

    private static AgentUpdate agentUpdate(UpdateResult.AgentResult agent, long version) {
        return AgentUpdate.newBuilder()
                .setAgent(agent.agent())
                .setPreviousVersion(version - 1)
                .setVersion(version)
                .setDigest(agent.digest())
                .setMetrics(agent.metrics())
                .build();
    }

    private void deadLetter(DeadLetter letter) {
        add(topics.of(Topic.DEAD_LETTERS), DeadLetters.key(letter), letter);
    }
}
