package io.marft.policy.decoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.marft.policy.adapter.Adapter;
import io.marft.policy.adapter.PeftDirectory;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.decoder.ModelOptions.Use;
import io.marft.policy.generate.Draw;
import io.marft.policy.generate.Generation;
import io.marft.policy.train.Score;
import io.marft.policy.train.Sequence;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The decoder against Hugging Face's transformers and peft, on whichever device is at hand. */
class GoldenModelTest {

    private static final float CLOSE = 1e-4f;

    @ParameterizedTest
    @CsvSource({"qwen2,TRAINING", "qwen2,BOTH", "qwen3,TRAINING", "qwen3,BOTH", "llama,TRAINING", "llama,SERVING"})
    void shouldGiveTheLogitsOfTransformersOnARaggedBatch(String family, Use use) {
        Golden golden = Golden.of(family);
        JsonNode sequences = golden.expected().path("sequences");
        try (Decoder decoder = decoder(golden, use)) {
            List<int[]> ragged = Golden.each(sequences, (i, node) -> Golden.ints(node.path("tokens")));

            List<float[][]> logits = decoder.logits(ragged, Adapter.none());

            for (int i = 0; i < ragged.size(); i++) {
                int[] positions = Golden.ints(sequences.get(i).path("positions"));
                for (int p = 0; p < positions.length; p++) {
                    float[] expected = golden.row("sequences." + i + ".logits", p);
                    assertArrayEquals(expected, logits.get(i)[positions[p]], CLOSE);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen2", "qwen3", "llama"})
    void shouldContinueGreedilyLikeTransformersInOneBatch(String family) {
        Golden golden = Golden.of(family);
        JsonNode all = golden.expected().path("greedy");
        try (Decoder decoder = decoder(golden, Use.SERVING)) {
            List<Draw> draws = Golden.each(all, (i, node) -> {
                Set<Integer> ends = new HashSet<>();
                node.path("eosTokenIds").forEach(id -> ends.add(id.asInt()));
                int limit = node.path("maxNewTokens").asInt();
                return Options.GREEDY.draw(Golden.ints(node.path("prompt")), 1, limit, ends, Draw.NEVER);
            });

            List<CompletableFuture<Generation>> drawn = decoder.generate(draws, Adapter.none());

            for (int i = 0; i < draws.size(); i++) {
                assertArrayEquals(
                        Golden.ints(all.get(i).path("tokens")),
                        drawn.get(i).join().tokens());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"qwen2,TRAINING", "qwen3,TRAINING", "llama,TRAINING", "llama,SERVING"})
    void shouldGiveTheLogProbabilitiesEntropiesAndHiddenStatesOfTransformers(String family, Use use) {
        Golden golden = Golden.of(family);
        JsonNode actions = golden.expected().path("actions");
        List<Sequence> sequences = sequences(actions);
        try (Decoder decoder = decoder(golden, use)) {
            for (JsonNode temperature : golden.expected().path("temperatures")) {
                List<Score> scored =
                        decoder.score(sequences, Adapter.none(), (float) temperature.asDouble(), Score.States.FIRST);

                for (int i = 0; i < sequences.size(); i++) {
                    String name = "actions." + i + ".";
                    String at = "." + temperature.asText();
                    assertArrayEquals(
                            golden.values(name + "logprobs" + at), scored.get(i).logProbs(), CLOSE);
                    assertArrayEquals(
                            golden.values(name + "entropies" + at),
                            scored.get(i).entropies(),
                            CLOSE);
                    assertArrayEquals(
                            golden.values(name + "hidden"), scored.get(i).hidden()[0], CLOSE);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen2", "qwen3", "llama"})
    void shouldGiveTheLogitsOfPeftWithAnAdapterThatPeftMade(String family) {
        Golden golden = Golden.of(family);
        JsonNode lora = golden.expected().path("lora");
        Adapter adapter = PeftDirectory.read(golden.adapter()).adapter();
        int[] tokens = Golden.ints(lora.path("tokens"));
        for (Use use : List.of(Use.SERVING, Use.TRAINING)) {
            try (Decoder decoder = decoder(golden, use)) {
                float[][] logits = decoder.logits(List.of(tokens), adapter).get(0);

                for (int p = 0; p < tokens.length; p++) {
                    assertArrayEquals(golden.row("lora.logits", p), logits[p], CLOSE);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"qwen2,true", "qwen2,false", "qwen3,true", "qwen3,false", "llama,true", "llama,false"})
    void shouldGiveTheGradientsOfPeftWithTheGraphKeptAndComputedAgain(String family, boolean keepsGraph) {
        Golden golden = Golden.of(family);
        JsonNode terms = golden.expected().path("lora").path("gradients").path("terms");
        Adapter adapter = PeftDirectory.read(golden.adapter()).adapter();
        ModelOptions options = new ModelOptions("auto", 2, Use.TRAINING, 1 << 20, keepsGraph ? 1L << 30 : 0);
        try (Decoder decoder = new Decoder(Checkpoint.read(golden.directory()), options);
                LoraPass pass = decoder.train(sequences(terms), adapter, 1)) {
            assertEquals(keepsGraph ? LoraPass.Kept.GRAPH_AND_LOGITS : LoraPass.Kept.INPUTS, pass.kept());

            Adapter gradient = pass.gradient(
                    Golden.each(terms, (i, node) -> Golden.floats(node.path("logprobWeights")))
                            .toArray(float[][]::new),
                    Golden.each(terms, (i, node) -> Golden.floats(node.path("entropyWeights")))
                            .toArray(float[][]::new));

            gradient.tensors()
                    .forEach((name, tensor) ->
                            assertRelativelyClose(golden.values("gradients." + name), tensor.values(), name));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SERVING", "TRAINING"})
    void shouldComputeInBfloat16WithinItsRounding(Use use) {
        Golden golden = Golden.of("qwen2-bfloat16");
        JsonNode sequences = golden.expected().path("sequences");
        Checkpoint checkpoint = Checkpoint.read(golden.directory());
        try (Decoder decoder = new Decoder(checkpoint, ModelOptions.DEFAULT.with(use))) {
            List<int[]> ragged = Golden.each(sequences, (i, node) -> Golden.ints(node.path("tokens")));
            List<float[][]> logits = decoder.logits(ragged, Adapter.none());
            double squares = 0;
            double errors = 0;
            for (int i = 0; i < ragged.size(); i++) {
                int[] positions = Golden.ints(sequences.get(i).path("positions"));
                for (int p = 0; p < positions.length; p++) {
                    float[] expected = golden.row("sequences." + i + ".logits", p);
                    for (int v = 0; v < expected.length; v++) {
                        squares += Math.pow(expected[v], 2);
                        errors += Math.pow(expected[v] - logits.get(i)[positions[p]][v], 2);
                    }
                }
            }
            // Eight bits of fraction, rounded some ten times on the way through three layers.
            assertTrue(Math.sqrt(errors / squares) < 0.02, "relative error " + Math.sqrt(errors / squares));
            assertTrue(errors > 0, "nothing was rounded: it did not run in bfloat16");
        }
    }

    /** Compares by the norm of a tensor: single values may be near zero. */
    private static void assertRelativelyClose(float[] expected, float[] actual, String name) {
        assertEquals(expected.length, actual.length, name);
        double squares = 0;
        double errors = 0;
        for (int i = 0; i < expected.length; i++) {
            squares += Math.pow(expected[i], 2);
            errors += Math.pow(expected[i] - actual[i], 2);
        }
        assertFalse(squares == 0, name + " has no gradient to compare with");
        assertTrue(Math.sqrt(errors / squares) < 1e-3, name + ": " + Math.sqrt(errors / squares));
    }

    private static List<Sequence> sequences(JsonNode nodes) {
        return Golden.each(
                nodes, (i, node) -> new Sequence(Golden.ints(node.path("prompt")), Golden.ints(node.path("action"))));
    }

    private static Decoder decoder(Golden golden, Use use) {
        return new Decoder(Checkpoint.read(golden.directory()), ModelOptions.DEFAULT.with(use));
    }
}
