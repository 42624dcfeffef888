package io.marft.policy.decoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.marft.policy.TinyModels;
import io.marft.policy.adapter.Adapter;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.checkpoint.Family;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.generate.Generation;
import io.marft.policy.train.Score;
import io.marft.policy.train.Sequence;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The log-probabilities that sampling records against those of scoring, which has no cache and mixes no adapters. */
class ServedScoresTest {

    private static final float CLOSE = 1e-4f;

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(Family.class)
    void shouldRecordTheLogProbabilitiesThatScoringGivesWhereAdaptersShareABatch(Family family) {
        ModelConfig config = TinyModels.config(family);
        List<Adapter> adapters = Requests.adapters(config);
        SplittableRandom random = new SplittableRandom(4);
        try (Decoder decoder = decoder(config)) {
            for (float temperature : new float[] {1, 0.7f, 1.4f}) {
                List<int[]> prompts = new ArrayList<>();
                List<CompletableFuture<Generation>> drawn = new ArrayList<>();
                for (int i = 0; i < 36; i++) {
                    prompts.add(random.ints(1 + random.nextInt(60), 5, 100).toArray());
                    drawn.addAll(decoder.generate(
                            List.of(plain(temperature).draw(prompts.get(i), i, 1 + random.nextInt(40))),
                            adapters.get(i % adapters.size())));
                }

                for (int i = 0; i < prompts.size(); i++) {
                    assertScored(decoder, prompts.get(i), drawn.get(i).join(), adapters.get(i % 6), temperature);
                }
            }
        }
    }

    /** A prompt of more than {@link TorchPasses#PIECE} tokens is read piece by piece. */
    @Test
    void shouldReadALongPromptInPiecesAsInOne() {
        ModelConfig config = TinyModels.config(2, 32, 4, 2, 48, 8192, true);
        List<Adapter> adapters = Requests.adapters(config);
        SplittableRandom random = new SplittableRandom(5);
        int[] beginning = random.ints(TorchPasses.PIECE + 100, 5, 100).toArray();
        try (Decoder decoder = decoder(config)) {
            List<int[]> prompts = new ArrayList<>();
            for (int length :
                    List.of(TorchPasses.PIECE, TorchPasses.PIECE + 1, 7, 2 * TorchPasses.PIECE + 9, 300, 2500)) {
                prompts.add(random.ints(length, 5, 100).toArray());
            }
            // Behind a beginning in common, with a piece left to read and with less than one.
            for (int rest : List.of(3, TorchPasses.PIECE + 5, 1500)) {
                prompts.add(Requests.join(beginning, random.ints(rest, 5, 100).toArray()));
            }
            List<CompletableFuture<Generation>> drawn = new ArrayList<>();
            for (int i = 0; i < prompts.size(); i++) {
                drawn.addAll(decoder.generate(List.of(plain(1).draw(prompts.get(i), i, 8)), adapters.get(i / 6 * 4)));
            }

            for (int i = 0; i < prompts.size(); i++) {
                assertEquals(8, drawn.get(i).join().tokens().length);
                assertScored(decoder, prompts.get(i), drawn.get(i).join(), adapters.get(i / 6 * 4), 1);
            }
        }
    }

    private static void assertScored(
            Decoder decoder, int[] prompt, Generation drawn, Adapter adapter, float temperature) {
        float[] scored = decoder.score(
                        List.of(new Sequence(prompt, drawn.tokens())), adapter, temperature, Score.States.FIRST)
                .get(0)
                .logProbs();
        assertArrayEquals(scored, drawn.logProbs(), CLOSE, () -> "prompt of " + prompt.length + " tokens");
    }

    private static Options plain(float temperature) {
        return new Options(temperature, 0, 1, 0);
    }

    private Decoder decoder(ModelConfig config) {
        Checkpoint.write(directory, config, TinyModels.weights(config, 3));
        return new Decoder(Checkpoint.read(directory), ModelOptions.DEFAULT.withThreads(1));
    }
}
