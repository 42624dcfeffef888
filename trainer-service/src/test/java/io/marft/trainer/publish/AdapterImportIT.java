package io.marft.trainer.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import io.marft.schemas.record.Update;
import io.marft.streaming.log.LogRecords;
import io.marft.testkit.TestCluster;
import io.marft.trainer.TrainerStack;
import io.marft.trainer.Trajectories;
import io.marft.trainer.replay.Replay;
import io.marft.trainer.replay.ReplayReport;
import io.marft.trainer.service.TrainerService;
import io.marft.trainer.update.MarftUpdate;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class AdapterImportIT {

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

    /** Of the shape that these tests train. */
    private static Adapter adapter(TrainerStack stack) {
        LoraConfig lora = stack.trainer().configuration().lora();
        Adapter initial = Adapter.initial(lora, model.config(), 99);
        return initial.withValues(initial.tensors().values().stream()
                .map(tensor -> {
                    float[] values = tensor.values().clone();
                    for (int i = 0; i < values.length; i++) {
                        values[i] += 0.01f * (i % 5 - 2);
                    }
                    return values;
                })
                .toList());
    }

    private static long bringIn(TrainerStack stack, String agent, Adapter adapter) throws InterruptedException {
        return new AdapterImport(stack.trainer(), model.digest(), model.config()).run(agent, adapter);
    }

    private static String agent() {
        return Trajectories.TEAM.getAgents().get(1).getName();
    }

    private static void assertReplays(TrainerStack stack, int updates) {
        stack.write(Topic.TEAMS, "pair", Trajectories.TEAM);
        ReplayReport report = new Replay(stack.client(), model, "pair", 1).run(one -> {});
        assertTrue(report.matches(), report::toString);
        assertEquals(updates, report.recorded());
    }

    @Test
    void shouldBeginTrainingWithAnImportedAdapter() throws InterruptedException {
        try (TrainerStack stack = new TrainerStack(cluster, "import-first")) {
            Adapter adapter = adapter(stack);
            stack.write(TrainerStack.episodes(model, 0, 4));

            assertEquals(1, bringIn(stack, agent(), adapter));

            AdapterManifest other =
                    stack.await(Topic.ADAPTERS, AdapterManifest.class, 2).get(0);
            assertEquals(1, other.getVersion());
            try (LogRecords log = new LogRecords(stack.client());
                    TrainerService trainer = new TrainerService(model, stack.trainer(), "a")) {
                AdapterLog adapters = new AdapterLog(log, stack.client().topics(), "pair");
                assertEquals(
                        adapter.digest(), adapters.newest(agent()).manifest().getDigest());
                trainer.start();
                List<Update> updates = stack.await(Topic.UPDATES, Update.class, 2);
                assertEquals(agent(), updates.get(0).getImported());
                assertEquals(2, updates.get(1).getUpdate());
                assertEquals(4, updates.get(1).getInputs().size());
                assertNotEquals(
                        adapter.digest(),
                        adapters.version(agent(), 2).manifest().getDigest());
                assertEquals(
                        adapter.digest(),
                        adapters.version(agent(), 1).manifest().getDigest());
            }
            assertReplays(stack, 2);
        }
    }

    /** The import comes while the trainer learns: that update is not published, and its trajectories are learned anew. */
    @Test
    void shouldLetATrainerThatRunsBeginAgainFromTheImportAndLoseNoTrajectory() throws Exception {
        try (TrainerStack stack = new TrainerStack(cluster, "import-fences")) {
            CountDownLatch computing = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            MarftUpdate marft = new MarftUpdate(model, 2);
            TrainerService.Learning learning = (state, batch, configuration, seed) -> {
                if (state.update() == 1) {
                    computing.countDown();
                    release.await();
                }
                return marft.apply(state, batch, configuration, seed);
            };
            try (TrainerService running = new TrainerService(model, stack.trainer(), "a", marft, learning)) {
                stack.write(TrainerStack.episodes(model, 0, 8));
                running.start();
                assertTrue(computing.await(60, TimeUnit.SECONDS));

                assertEquals(2, bringIn(stack, agent(), adapter(stack)));
                release.countDown();

                List<Update> updates = stack.await(Topic.UPDATES, Update.class, 3);
                assertEquals(
                        List.of("", agent(), ""),
                        updates.stream().map(Update::getImported).toList());
                assertEquals(
                        List.of(4L, 5L, 6L, 7L),
                        updates.get(2).getInputs().stream()
                                .map(input -> input.getOffset())
                                .toList());
                assertTrue(running.failure().isEmpty());
            }
            assertReplays(stack, 3);
        }
    }

    @Test
    void shouldRefuseWhatDoesNotFitAndLeaveTheTrainerAlone() throws Exception {
        try (TrainerStack stack = new TrainerStack(cluster, "import-refused");
                TrainerService running = new TrainerService(model, stack.trainer(), "a")) {
            stack.write(TrainerStack.episodes(model, 0, 4));
            running.start();
            stack.await(Topic.UPDATES, Update.class, 1);
            Adapter other = Adapter.initial(new LoraConfig(3, 6, List.of("k_proj")), model.config(), 1);

            assertEquals(
                    "adapter has lora: {rank: 3, alpha: 6.0, targets: [k_proj]}, training of team 'pair' has lora: {rank:"
                            + " 8, alpha: 16.0, targets: [q_proj, v_proj]}: start anew under another topic prefix to"
                            + " change it",
                    fault(() -> bringIn(stack, agent(), other)));
            assertTrue(fault(() -> bringIn(stack, "nobody", adapter(stack)))
                    .startsWith("agent 'nobody' is none of team 'pair': ["));

            stack.write(TrainerStack.episodes(model, 4, 8));
            stack.await(Topic.UPDATES, Update.class, 2);
            assertTrue(running.failure().isEmpty());
        }
    }

    @Test
    void shouldSayWhichAdaptersTheLogHolds() throws InterruptedException {
        try (TrainerStack stack = new TrainerStack(cluster, "import-log");
                LogRecords log = new LogRecords(stack.client())) {
            AdapterLog adapters = new AdapterLog(log, stack.client().topics(), "pair");
            assertEquals(
                    "the log holds no adapter of agent '" + agent() + "' of team 'pair'",
                    assertThrows(IllegalStateException.class, () -> adapters.newest(agent()))
                            .getMessage());
            bringIn(stack, agent(), adapter(stack));
            assertEquals(
                    "the log holds no adapter version 4 of agent '" + agent() + "' of team 'pair'; it holds 1 to 1",
                    assertThrows(IllegalStateException.class, () -> adapters.version(agent(), 4))
                            .getMessage());
            AdapterManifest good = adapters.newest(agent()).manifest();
            stack.write(
                    Topic.ADAPTERS,
                    agent(),
                    AdapterManifest.newBuilder(good).setDigest("sha256:other").build());
            String message = assertThrows(IllegalStateException.class, () -> adapters.newest(agent()))
                    .getMessage();
            assertTrue(message.endsWith(", its manifest says sha256:other"), message);
        }
    }

    /** A forged chunk under an imported version is a difference, as any other forgery. */
    @Test
    void shouldFindThatAnImportedAdapterWasChangedOnTheLog() throws InterruptedException {
        try (TrainerStack stack = new TrainerStack(cluster, "import-forged")) {
            stack.write(Topic.TEAMS, "pair", Trajectories.TEAM);
            bringIn(stack, agent(), adapter(stack));
            Adapter forged = Adapter.initial(adapter(stack).config(), model.config(), 5);
            stack.write(
                    Topic.ADAPTER_CHUNKS,
                    agent(),
                    AdapterChunk.newBuilder()
                            .setTeam("pair")
                            .setAgent(agent())
                            .setVersion(1)
                            .setIndex(0)
                            .setCount(1)
                            .setData(ByteBuffer.wrap(forged.toSafetensors()))
                            .build());

            ReplayReport report = new Replay(stack.client(), model, "pair", 1).run(one -> {});

            assertTrue(report.replayed().get(0).difference().contains("is damaged: its weights have digest"));
        }
    }

    private interface Attempt {
        void run() throws InterruptedException;
    }

    private static String fault(Attempt attempt) {
        return assertThrows(IllegalArgumentException.class, attempt::run).getMessage();
    }
}
