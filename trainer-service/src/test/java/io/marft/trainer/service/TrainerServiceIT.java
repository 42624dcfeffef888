package io.marft.trainer.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.policy.LanguageModel;
import io.marft.policy.TinyModels;
import io.marft.policy.adapter.Adapter;
import io.marft.policy.adapter.LoraConfig;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.AdapterChunk;
import io.marft.schemas.record.AdapterManifest;
import io.marft.schemas.record.CheckpointChunk;
import io.marft.schemas.record.Closure;
import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.record.DroppedTrajectory;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.record.TrajectoryOffset;
import io.marft.schemas.record.TrajectoryPosition;
import io.marft.schemas.record.Update;
import io.marft.testkit.TestCluster;
import io.marft.trainer.TrainerStack;
import io.marft.trainer.Trajectories;
import io.marft.trainer.configure.TrainerSettings;
import io.marft.trainer.configure.TrainingFile;
import io.marft.trainer.publish.Checkpoints;
import io.marft.trainer.replay.Replay;
import io.marft.trainer.replay.ReplayReport;
import io.marft.trainer.state.StateBytes;
import io.marft.trainer.update.MarftUpdate;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class TrainerServiceIT {

    @TempDir
    static Path directory;

    private static TestCluster cluster;
    private static LanguageModel model;

    @BeforeAll
    static void start() {
        cluster = TestCluster.start(1);
        model = LanguageModel.load(TinyModels.write(directory, TinyModels.config(), 1), 1);
    }

    @AfterAll
    static void stop() {
        model.close();
        cluster.close();
    }

    private static List<Long> learned(List<Update> updates) {
        return updates.stream()
                .flatMap(update -> update.getInputs().stream())
                .map(TrajectoryOffset::getOffset)
                .toList();
    }

    private static void assertEachOnceInOrder(int trajectories, List<Update> updates) {
        assertEquals(LongStream.range(0, trajectories).boxed().toList(), learned(updates));
        for (int i = 0; i < updates.size(); i++) {
            assertEquals(i + 1, updates.get(i).getUpdate());
        }
    }

    @Test
    void shouldPublishAdaptersCheckpointAndOffsetsWithTheUpdate() {
        try (TrainerStack stack = new TrainerStack(cluster, "publish");
                TrainerService trainer = new TrainerService(model, stack.trainer(), "a")) {
            stack.write(TrainerStack.episodes(model, 0, 5));
            trainer.start();
            Update update = stack.await(Topic.UPDATES, Update.class, 1).get(0);

            assertEquals(4, update.getInputs().size());
            assertEquals(4, stack.committed());
            AdapterManifest manifest =
                    stack.await(Topic.ADAPTERS, AdapterManifest.class, 2).get(0);
            AdapterChunk chunk =
                    stack.await(Topic.ADAPTER_CHUNKS, AdapterChunk.class, 2).get(0);
            Adapter adapter = Adapter.fromSafetensors(
                    chunk.getData().array(),
                    new LoraConfig(manifest.getRank(), manifest.getAlpha(), manifest.getTargets()));
            assertEquals(1, manifest.getVersion());
            assertEquals(manifest.getDigest(), adapter.digest());
            assertEquals(
                    update.getStateDigest(),
                    StateBytes.digest(Checkpoints.latest(stack.client(), "pair").orElseThrow()));
            assertTrue(update.getMetrics().containsKey("charts/tokens_per_second"));
        }
    }

    @Test
    void shouldReadBackACheckpointOfSeveralChunks() {
        try (TrainerStack stack = new TrainerStack(cluster, "chunks")) {
            TrainerSettings small = stack.trainer();
            TrainerSettings large = new TrainerSettings(
                    small.client(),
                    small.team(),
                    TrainingFile.parse("batchEpisodes: 4\ncritic: {hidden: [1024, 96]}\n", "test"),
                    small.seed(),
                    small.threads());
            stack.write(TrainerStack.episodes(model, 0, 8));
            try (TrainerService trainer = new TrainerService(model, large, "a")) {
                trainer.start();
                Update update = last(stack.await(Topic.UPDATES, Update.class, 2));
                List<CheckpointChunk> chunks = stack.await(Topic.CHECKPOINTS, CheckpointChunk.class, 1);

                assertTrue(
                        chunks.get(0).getCount() > 2,
                        "of several chunks: " + chunks.get(0).getCount());
                assertEquals(
                        update.getStateDigest(),
                        StateBytes.digest(
                                Checkpoints.latest(stack.client(), "pair").orElseThrow()));
            }
            CheckpointChunk first =
                    stack.await(Topic.CHECKPOINTS, CheckpointChunk.class, 1).get(0);
            stack.write(
                    Topic.CHECKPOINTS,
                    "pair/0",
                    CheckpointChunk.newBuilder(first).setUpdate(3).build());

            assertEquals(
                    "checkpoint of update 3 of team 'pair' is damaged: 1 of " + first.getCount() + " chunks are there",
                    assertThrows(IllegalStateException.class, () -> Checkpoints.latest(stack.client(), "pair"))
                            .getMessage());
        }
    }

    @Test
    void shouldPassOverBadTrajectoriesWithAReasonAndGoOn() {
        try (TrainerStack stack = new TrainerStack(cluster, "bad");
                TrainerService trainer = new TrainerService(model, stack.trainer(), "a")) {
            List<Trajectory> sound = TrainerStack.episodes(model, 0, 4);
            Trajectory foreign =
                    Trajectory.newBuilder(sound.get(0)).setTeam("others").build();
            Trajectory empty = Trajectory.newBuilder(sound.get(0))
                    .setEpisode("t-empty")
                    .setSteps(List.of())
                    .build();
            Trajectory other = Trajectory.newBuilder(sound.get(0))
                    .setEpisode("t-other")
                    .setTeamVersion(9)
                    .build();
            stack.write("t-garbage", new byte[] {1, 2, 3});
            stack.write(List.of(foreign, empty, other));
            stack.write(Topic.TRAJECTORIES, "t-elsewhere", sound.get(0));
            stack.write(sound);
            trainer.start();
            Update update = stack.await(Topic.UPDATES, Update.class, 1).get(0);
            List<DeadLetter> letters = stack.await(Topic.DEAD_LETTERS, DeadLetter.class, 4);

            assertEquals(List.of(5L, 6L, 7L, 8L), learned(List.of(update)));
            assertEquals(
                    List.of("has no steps", "is of team version 9, which is not on the log"),
                    update.getDropped().stream()
                            .map(dropped -> dropped.getReason())
                            .toList());
            assertEquals(0, letters.get(0).getOffset());
            assertEquals("trajectory t-empty has no steps", letters.get(1).getReason());
            assertEquals(
                    "trajectory t-other is of team version 9, which is not on the log",
                    letters.get(2).getReason());
            assertEquals(
                    "key is 't-elsewhere', but the value calls for '"
                            + sound.get(0).getEpisode() + "'",
                    letters.get(3).getReason());
            assertEquals(9, stack.committed());
        }
    }

    @Test
    void shouldAccountForMorePassedOverTrajectoriesThanOneRecordHolds() {
        int lost = 30_000;
        try (TrainerStack stack = new TrainerStack(cluster, "backlog");
                TrainerService trainer = new TrainerService(model, stack.trainer(), "a")) {
            stack.write(Topic.TEAMS, "pair", Trajectories.TEAM);
            List<Trajectory> sound = TrainerStack.episodes(model, 0, 4);
            stack.write(timedOut(sound.get(0), 0, lost / 2));
            stack.write(sound.subList(0, 1));
            stack.write(timedOut(sound.get(0), lost / 2, lost));
            stack.write(sound.subList(1, 4));
            trainer.start();
            List<Update> records = new ArrayList<>();
            for (int count = 1; records.isEmpty() || last(records).getAgents().isEmpty(); count++) {
                records = stack.await(Topic.UPDATES, Update.class, count);
            }

            assertTrue(records.size() > 2, "accounts before the first input, and with the update");
            assertEquals(
                    LongStream.range(0, lost + 4).boxed().toList(),
                    Stream.concat(
                                    records.stream()
                                            .flatMap(record -> record.getDropped().stream())
                                            .map(DroppedTrajectory::getOffset),
                                    learned(records).stream())
                            .sorted()
                            .toList());
            for (Update account : records.subList(0, records.size() - 1)) {
                assertEquals(0, account.getUpdate());
                assertEquals(List.of(), account.getInputs());
            }
            assertEquals(1, last(records).getUpdate());
            assertEquals(lost + 4, stack.committed());
            ReplayReport report = new Replay(stack.client(), model, "pair", 1).run(one -> {});
            assertTrue(report.matches(), report::toString);
            assertEquals(1, report.recorded());
        }
    }

    /** A start reads again what was not committed, whoever's it is. */
    @Test
    void shouldNotKeepItsPlaceBeforeManyTrajectoriesOfOthers() throws Exception {
        int others = 50_000;
        try (TrainerStack stack = new TrainerStack(cluster, "others");
                TrainerService trainer = new TrainerService(model, stack.trainer(), "a")) {
            Trajectory evaluated = Trajectory.newBuilder(
                            TrainerStack.episodes(model, 0, 1).get(0))
                    .setPurpose(Purpose.EVALUATION)
                    .setSteps(List.of())
                    .build();
            stack.write(Collections.nCopies(others, evaluated));
            trainer.start();

            await(() -> stack.committed() == others);
        }
    }

    private static Update last(List<Update> updates) {
        return updates.get(updates.size() - 1);
    }

    private static List<Trajectory> timedOut(Trajectory like, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> Trajectory.newBuilder(like)
                        .setEpisode("an episode that nobody waited for, number " + i)
                        .setClosure(Closure.TIMED_OUT)
                        .setSteps(List.of())
                        .build())
                .toList();
    }

    @Test
    void shouldTrainOnEachTrajectoryOnceThoughItDiesInMidUpdate() throws Exception {
        List<Trajectory> episodes = TrainerStack.episodes(model, 0, 16);
        List<Update> undisturbed;
        try (TrainerStack stack = new TrainerStack(cluster, "undisturbed");
                TrainerService trainer = new TrainerService(model, stack.trainer(), "a")) {
            stack.write(episodes);
            trainer.start();
            undisturbed = stack.await(Topic.UPDATES, Update.class, 4);
        }
        try (TrainerStack stack = new TrainerStack(cluster, "disturbed")) {
            stack.write(episodes);
            CountDownLatch died = new CountDownLatch(1);
            MarftUpdate marft = new MarftUpdate(model, 2);
            try (TrainerService dying =
                    new TrainerService(model, stack.trainer(), "a", marft, (state, batch, configuration, seed) -> {
                        if (state.update() == 2) {
                            died.countDown();
                            throw new OutOfMemoryError("in mid-update");
                        }
                        return marft.apply(state, batch, configuration, seed);
                    })) {
                dying.start();
                assertTrue(died.await(60, TimeUnit.SECONDS));
            }
            try (TrainerService next = new TrainerService(model, stack.trainer(), "a")) {
                next.start();
                List<Update> updates = stack.await(Topic.UPDATES, Update.class, 4);

                assertEachOnceInOrder(16, updates);
                assertEquals(
                        undisturbed.stream().map(Update::getStateDigest).toList(),
                        updates.stream().map(Update::getStateDigest).toList());
            }
            stack.write(Topic.TEAMS, "pair", Trajectories.TEAM);
            ReplayReport report = new Replay(stack.client(), model, "pair", 1).run(one -> {});
            assertTrue(report.matches(), report::toString);
            assertEquals(4, report.recorded());
        }
    }

    /** As a broker does when nothing was committed for a week. */
    @Test
    void shouldLearnFromNoTrajectoryTwiceThoughAPartitionsOffsetIsGone() throws Exception {
        try (TrainerStack stack = new TrainerStack(cluster, "expired", 2)) {
            stack.write(TrainerStack.episodes(model, 0, 16));
            try (TrainerService trainer = new TrainerService(model, stack.trainer(), "a")) {
                trainer.start();
                stack.await(Topic.UPDATES, Update.class, 4);
            }
            String group = stack.client().names().trainer("pair");
            try (Admin admin = Admin.create(stack.client().admin())) {
                admin.deleteConsumerGroupOffsets(group, Set.of(trajectories(stack, 1)))
                        .all()
                        .get();
            }
            stack.write(TrainerStack.episodes(model, 16, 20));
            try (TrainerService trainer = new TrainerService(model, stack.trainer(), "a")) {
                trainer.start();
                List<Update> updates = stack.await(Topic.UPDATES, Update.class, 5);

                List<TrajectoryOffset> inputs = updates.stream()
                        .flatMap(update -> update.getInputs().stream())
                        .toList();
                assertEquals(20, inputs.size());
                assertEquals(20, Set.copyOf(inputs).size(), inputs::toString);
                assertEquals(
                        Set.of(0, 1),
                        inputs.stream().map(TrajectoryOffset::getPartition).collect(Collectors.toSet()));
                assertEquals(
                        20,
                        last(updates).getPositions().stream()
                                .mapToLong(TrajectoryPosition::getOffset)
                                .sum());
                try (Admin admin = Admin.create(stack.client().admin())) {
                    assertEquals(
                            2,
                            admin.listConsumerGroupOffsets(group)
                                    .partitionsToOffsetAndMetadata()
                                    .get()
                                    .size());
                }
            }
        }
    }

    private static TopicPartition trajectories(TrainerStack stack, int partition) {
        return new TopicPartition(stack.client().topics().of(Topic.TRAJECTORIES), partition);
    }

    @Test
    void shouldRefuseToTrainWhereTheUpdatesContradictTheCheckpoint() throws Exception {
        try (TrainerStack stack = new TrainerStack(cluster, "contradicted")) {
            Update honest = trainOnce(stack);
            stack.write(
                    Topic.UPDATES,
                    "pair",
                    Update.newBuilder(honest).setUpdate(2).build());

            assertEquals(
                    "team 'pair' cannot be trained on: its newest update record has number 2 and state "
                            + honest.getStateDigest() + ", but its checkpoint is of update 1 and state "
                            + honest.getStateDigest() + ": both must be of one update; restore the topics updates and"
                            + " checkpoints together, or begin anew under another topic prefix",
                    failure(stack));
        }
    }

    @Test
    void shouldRefuseToTrainWhereTrajectoriesAheadWereDeleted() throws Exception {
        try (TrainerStack stack = new TrainerStack(cluster, "shortened")) {
            var unused = trainOnce(stack);
            stack.write(TrainerStack.episodes(model, 4, 6));
            try (Admin admin = Admin.create(stack.client().admin())) {
                admin.deleteRecords(Map.of(trajectories(stack, 0), RecordsToDelete.beforeOffset(5)))
                        .all()
                        .get();
            }

            assertEquals(
                    "team 'pair' cannot be trained on: the trainer stands at offset 4 of shortened.trajectories partition"
                            + " 0, which must be one from 5 to 6, as the topic holds these: its records were deleted or"
                            + " the topic was made anew; restore it, or begin anew under another topic prefix",
                    failure(stack));
        }
    }

    /** A release that knew nothing of positions trained last; from then on the checkpoint has them. */
    @Test
    void shouldTakeTheGroupsOffsetsOnceBehindAnOlderRelease() throws Exception {
        try (TrainerStack stack = new TrainerStack(cluster, "older")) {
            Update older =
                    Update.newBuilder(trainOnce(stack)).setPositions(List.of()).build();
            stack.write(Topic.UPDATES, "pair", older);
            stack.write(TrainerStack.episodes(model, 4, 8));

            try (TrainerService trainer = new TrainerService(model, stack.trainer(), "a")) {
                trainer.start();
                Update next = last(stack.await(Topic.UPDATES, Update.class, 3));

                assertEquals(List.of(4L, 5L, 6L, 7L), learned(List.of(next)));
                assertEquals(List.of(new TrajectoryPosition(0, 8L)), next.getPositions());
            }
        }
    }

    private static Update trainOnce(TrainerStack stack) {
        stack.write(TrainerStack.episodes(model, 0, 4));
        try (TrainerService trainer = new TrainerService(model, stack.trainer(), "a")) {
            trainer.start();
            return stack.await(Topic.UPDATES, Update.class, 1).get(0);
        }
    }

    /** Why a trainer that is started now ends. */
    private static String failure(TrainerStack stack) throws Exception {
        try (TrainerService trainer = new TrainerService(model, stack.trainer(), "a")) {
            trainer.start();
            awaitFailure(trainer);
            return trainer.failure().orElseThrow().getMessage();
        }
    }

    @Test
    void shouldStandByWhileAnotherTrainsAndTakeOverWhenItStops() throws Exception {
        try (TrainerStack stack = new TrainerStack(cluster, "standby")) {
            CountDownLatch computing = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            MarftUpdate marft = new MarftUpdate(model, 2);
            try (TrainerService first =
                            new TrainerService(model, stack.trainer(), "a", marft, slow(marft, computing, release));
                    TrainerService second = new TrainerService(model, stack.trainer(), "b")) {
                stack.write(TrainerStack.episodes(model, 0, 4));
                first.start();
                assertTrue(computing.await(60, TimeUnit.SECONDS));
                second.start();
                release.countDown();
                stack.await(Topic.UPDATES, Update.class, 1);
                awaitMembers(stack, 2);
                stop(first);

                stack.write(TrainerStack.episodes(model, 4, 8));
                assertEachOnceInOrder(8, stack.await(Topic.UPDATES, Update.class, 2));
                assertTrue(first.failure().isEmpty() && second.failure().isEmpty());
            }
        }
    }

    @Test
    void shouldStopATrainerWhoseNameAnotherOneTookAndPublishNothingOfIt() throws Exception {
        try (TrainerStack stack = new TrainerStack(cluster, "fenced")) {
            stack.write(TrainerStack.episodes(model, 0, 8));
            CountDownLatch computing = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            MarftUpdate marft = new MarftUpdate(model, 2);
            try (TrainerService old =
                    new TrainerService(model, stack.trainer(), "a", marft, slow(marft, computing, release))) {
                old.start();
                assertTrue(computing.await(60, TimeUnit.SECONDS));
                try (TrainerService next = new TrainerService(model, stack.trainer(), "a")) {
                    next.start();
                    stack.await(Topic.UPDATES, Update.class, 1);
                    release.countDown();
                    assertEachOnceInOrder(8, stack.await(Topic.UPDATES, Update.class, 2));
                    awaitFailure(old);
                }
                assertEquals(
                        "another process of service trainer took this one's name 'a': give each its own with --instance"
                                + " (MARFT_INSTANCE), or none",
                        old.failure().orElseThrow().getMessage());
            }
            assertEquals(2, stack.await(Topic.UPDATES, Update.class, 2).size());
        }
    }

    /** As {@code marft} computes, but not before it is released. */
    private static TrainerService.Learning slow(MarftUpdate marft, CountDownLatch computing, CountDownLatch release) {
        return (state, batch, configuration, seed) -> {
            computing.countDown();
            await(release);
            return marft.apply(state, batch, configuration, seed);
        };
    }

    private static void awaitMembers(TrainerStack stack, int count) throws Exception {
        String group = stack.client().prefix() + ".trainer.pair.lease";
        try (Admin admin = Admin.create(stack.client().admin())) {
            await(() -> admin.describeConsumerGroups(List.of(group))
                            .describedGroups()
                            .get(group)
                            .get()
                            .members()
                            .size()
                    >= count);
        }
    }

    static void awaitFailure(TrainerService service) throws Exception {
        await(() -> service.failure().isPresent());
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        for (int i = 0; i < 600 && !condition.call(); i++) {
            assertFalse(never.await(100, TimeUnit.MILLISECONDS));
        }
        assertTrue(condition.call(), "waited for a minute");
    }

    private static void stop(TrainerService service) {
        service.close();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldFindTheFirstUpdateThatALogDoesNotProve() {
        try (TrainerStack stack = new TrainerStack(cluster, "forged");
                TrainerService trainer = new TrainerService(model, stack.trainer(), "a")) {
            stack.write(Topic.TEAMS, "pair", Trajectories.TEAM);
            stack.write(TrainerStack.episodes(model, 0, 4));
            trainer.start();
            Update honest = stack.await(Topic.UPDATES, Update.class, 1).get(0);
            stop(trainer);
            stack.write(
                    Topic.UPDATES,
                    "pair",
                    Update.newBuilder(honest)
                            .setUpdate(2)
                            .setPreviousStateDigest(honest.getStateDigest())
                            .build());

            ReplayReport report = new Replay(stack.client(), model, "pair", 1).run(one -> {});

            assertTrue(report.replayed().get(0).matches());
            assertNotEquals("", report.replayed().get(1).difference());
            assertTrue(report.replayed().get(1).difference().startsWith("adapter of agent '"));
        }
    }
}
