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
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/** All records of one update, in the order in which they are written. */
public final class UpdateRecords {

    /** A record on its way to a topic. */
    record Outgoing(String topic, String key, SpecificRecord value) {}

    /** The index of the record with the trainer's positions, beside the pieces of the checkpoint. */
    static final int POSITIONS = -1;

    private final TrainerSettings settings;
    private final List<TrajectoryPosition> positions;
    private final TopicNames topics;
    private final List<Outgoing> records = new ArrayList<>();

    /** @param positions where the trainer stands with these records */
    private UpdateRecords(TrainerSettings settings, Positions positions) {
        this.settings = settings;
        this.positions = positions.records();
        this.topics = settings.client().topics();
    }

    /**
     * The records of an update.
     *
     * @param teamVersion the newest version of the team that was met
     * @param previousStateDigest digest of the state that it started from
     * @param startedAt when it began
     */
    public static List<Outgoing> of(
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
        return records.records;
    }

    /**
     * The records of an account ahead of the next update: of what was passed over, and of nothing else. There is one even
     * where all of it was none of this team's, since it tells how far the trainer has come.
     *
     * @param state the state that training stands at, which stays as it is
     * @param teamVersion the newest version of the team that was met
     */
    public static List<Outgoing> ofAccount(
            TrainerSettings settings, TrainingState state, int teamVersion, TrajectoryBatch batch) {
        UpdateRecords records = new UpdateRecords(settings, batch.positions());
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        for (List<DroppedTrajectory> piece : batch.droppedInPieces()) {
            records.account(state, state.update(), teamVersion, piece, now);
        }
        ChunkCutter cutter = new ChunkCutter();
        String digest = write(state, cutter);
        boolean none = state.update() == 0; // The initial state is not on the log.
        records.positions(state, none ? "" : digest, none ? 0 : cutter.chunks().size());
        batch.rejected().forEach(records::deadLetter);
        return records.records;
    }

    /**
     * The records of an update that learned nothing but took over an adapter from outside.
     *
     * @param state the state after it
     * @param imported the agent whose adapter it is
     * @param positions where the trainer stands, and is to stay
     */
    public static List<Outgoing> ofImport(
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
        return records.records;
    }

    private static Update.Builder withoutInputs() {
        return Update.newBuilder().setInputs(List.of()).setMetrics(Map.of()).setDevice("");
    }

    private void add(TrainingState state, Instant now, Update.Builder update) {
        state.agents().forEach((agent, after) -> adapter(state, agent, after.adapter(), now));
        String digest = checkpoint(state);
        update(state, now, update.setUpdate(state.update()).setStateDigest(digest));
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
        records.add(new Outgoing(
                topics.of(Topic.UPDATES),
                state.team(),
                update.setTeam(state.team())
                        .setPositions(positions)
                        .setBaseModelDigest(state.baseModelDigest())
                        .setConfiguration(TrainingFile.yaml(settings.configuration()))
                        .setSeed(settings.seed())
                        .setTrajectoryTopic(topics.of(Topic.TRAJECTORIES))
                        .setCreatedAt(now)
                        .build()));
    }

    private void adapter(TrainingState state, String agent, Adapter adapter, Instant now) {
        String key = Topic.Key.ofAgent(state.team(), agent);
        byte[] weights = adapter.toSafetensors();
        List<ByteBuffer> pieces = ChunkCutter.cut(weights);
        for (int i = 0; i < pieces.size(); i++) {
            records.add(new Outgoing(
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
        records.add(new Outgoing(
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

    private String checkpoint(TrainingState state) {
        ChunkCutter cutter = new ChunkCutter();
        String digest = write(state, cutter);
        List<ByteBuffer> pieces = cutter.chunks();
        for (int i = 0; i < pieces.size(); i++) {
            records.add(new Outgoing(
                    topics.of(Topic.CHECKPOINTS),
                    Topic.Key.ofChunk(state.team(), i),
                    CheckpointChunk.newBuilder()
                            .setTeam(state.team())
                            .setUpdate(state.update())
                            .setDigest(digest)
                            .setIndex(i)
                            .setCount(pieces.size())
                            .setData(pieces.get(i))
                            .build()));
        }
        positions(state, digest, pieces.size());
        return digest;
    }

    private void positions(TrainingState state, String digest, int chunks) {
        records.add(new Outgoing(
                topics.of(Topic.CHECKPOINTS),
                Topic.Key.ofPositions(state.team()),
                CheckpointChunk.newBuilder()
                        .setTeam(state.team())
                        .setUpdate(state.update())
                        .setDigest(digest)
                        .setIndex(POSITIONS)
                        .setCount(chunks)
                        .setData(ByteBuffer.allocate(0))
                        .setPositions(positions)
                        .build()));
    }

    private static String write(TrainingState state, OutputStream to) {
        try {
            return StateBytes.write(state, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
        records.add(new Outgoing(topics.of(Topic.DEAD_LETTERS), DeadLetters.key(letter), letter));
    }
}
