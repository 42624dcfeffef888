package io.marft.policy.pretrain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.policy.TinyModels;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.train.Sequence;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PretrainerTest {

    private static final RateSchedule SCHEDULE = new RateSchedule(40, 4, 16, 5e-3f, 0.02f, 0.1f, 0.01f, 1);

    @TempDir
    private Path directory;

    @Test
    void shouldLearnToEcho() {
        List<Float> losses = run("model", SCHEDULE);
        assertEquals(Math.log(TinyModels.config().vocabSize()), losses.get(0), 0.5);
        assertTrue(losses.get(39) < 2.5, "loss: " + losses.get(39));
    }

    @Test
    void shouldMoveEveryWeight() {
        run("first", new RateSchedule(1, 0, 1, 1e-3f, 1e-3f, 1, 0, 1));
        run("later", new RateSchedule(2, 0, 2, 1e-3f, 1e-3f, 1, 0, 1));
        Checkpoint first = Checkpoint.read(directory.resolve("first"));
        Checkpoint later = Checkpoint.read(directory.resolve("later"));
        first.weights()
                .forEach((name, tensor) -> assertNotEquals(
                        tensor.bytes(0, (int) tensor.size()), later.tensor(name).bytes(0, (int) tensor.size()), name));
    }

    @Test
    void shouldWriteTheSameBytesAgain() throws Exception {
        run("one", SCHEDULE);
        run("two", SCHEDULE);
        assertArrayEquals(
                Files.readAllBytes(directory.resolve("one/model.safetensors")),
                Files.readAllBytes(directory.resolve("two/model.safetensors")));
    }

    @Test
    void shouldWriteTheSameBytesWithAnyNumberOfThreads() {
        RateSchedule schedule = new RateSchedule(3, 1, 1, 5e-3f, 0.02f, 0.1f, 0.01f, 1);
        List<String> digests = new ArrayList<>();
        for (int threads : new int[] {1, 3}) {
            new Pretrainer(TinyModels.config(), schedule, 3, threads)
                    .run(step -> severalMicroBatches(), directory.resolve("model"), (step, loss) -> {});
            digests.add(Checkpoint.read(directory.resolve("model")).digest());
        }
        assertEquals(digests.get(0), digests.get(1));
    }

    private static List<Sequence> severalMicroBatches() {
        List<Sequence> examples = new ArrayList<>();
        for (int step = 0; step < 60; step++) {
            examples.addAll(batch(step));
        }
        return examples;
    }

    @Test
    void shouldRaiseKeepAndLowerTheRate() {
        assertEquals(5e-3f / 4, SCHEDULE.rate(0), 1e-9);
        assertEquals(5e-3f, SCHEDULE.rate(4), 1e-9);
        assertEquals(5e-3f, SCHEDULE.rate(19), 1e-9);
        assertEquals(0.1f * 0.02f + 0.9f * 0.02f / 2, SCHEDULE.matrixRate(30), 1e-7);
    }

    private List<Float> run(String name, RateSchedule schedule) {
        List<Float> losses = new ArrayList<>();
        new Pretrainer(TinyModels.config(), schedule, 3, 1)
                .run(PretrainerTest::batch, directory.resolve(name), (step, loss) -> losses.add(loss));
        return losses;
    }

    /** Digits, to be repeated four times. */
    private static List<Sequence> batch(int step) {
        Random random = new Random(step);
        List<Sequence> examples = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            int token = 22 + random.nextInt(10);
            examples.add(new Sequence(new int[] {3, token, 4}, new int[] {token, token, token, token, TinyModels.END}));
        }
        return examples;
    }
}
