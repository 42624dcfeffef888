package io.marft.policy.decoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.marft.policy.adapter.Adapter;
import io.marft.policy.adapter.LoraConfig;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.generate.Draw;
import io.marft.policy.generate.Generation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/**
 * Random greedy requests and the answers that they get alone.
 *
 * <p>An answer counts only if each of its tokens is, by a pass over the whole sequence without cache, more probable than
 * every other by a margin that rounding does not reach; otherwise another request takes its place. So every token has to
 * be the same whatever shares the batch.
 */
final class Requests {

    private static final float SMALLEST_GAP = 1e-3f;

    /** Enough that about half of the answers end before their limit. */
    private static final Set<Integer> ENDS = Set.of(1, 17, 33, 49, 65);

    private final Decoder alone;
    private final SplittableRandom random;

    /** @param alone decodes nothing else */
    Requests(Decoder alone, long seed) {
        this.alone = alone;
        this.random = new SplittableRandom(seed);
    }

    /** A request and its answer. */
    record Request(Draw draw, Adapter adapter, int[] answer) {

        CompletableFuture<Generation> submit(Decoder decoder) {
            return decoder.generate(List.of(draw), adapter).get(0);
        }

        void assertAnswered(Generation drawn) {
            assertArrayEquals(
                    answer,
                    drawn.tokens(),
                    () -> "prompt of " + draw.prompt().length + ", limit "
                            + draw.sampling().maxNewTokens());
            assertArrayEquals(new float[answer.length], drawn.logProbs());
            assertEquals(ENDS.contains(answer[answer.length - 1]), drawn.ended());
        }
    }

    /** A request whose prompt is any tokens behind {@code beginning}. */
    Request next(Adapter adapter, int[] beginning, int longestPrompt, int longestAnswer) {
        while (true) {
            int[] rest = random.ints(1 + random.nextInt(longestPrompt), 5, 100).toArray();
            int[] prompt = join(beginning, rest);
            Draw draw = Options.GREEDY.draw(prompt, 1, 1 + random.nextInt(longestAnswer), ENDS, Draw.NEVER);
            int[] answer = alone.generate(List.of(draw), adapter).get(0).join().tokens();
            if (isClear(prompt, answer, adapter)) {
                return new Request(draw, adapter, answer);
            }
        }
    }

    /** So many requests, which take the adapters in turn. */
    List<Request> mixed(int count, List<Adapter> adapters, int longestPrompt, int longestAnswer) {
        return IntStream.range(0, count)
                .mapToObj(i -> next(adapters.get(i % adapters.size()), new int[0], longestPrompt, longestAnswer))
                .toList();
    }

    private boolean isClear(int[] prompt, int[] answer, Adapter adapter) {
        float[][] logits = alone.logits(List.of(join(prompt, answer)), adapter).get(0);
        for (int t = 0; t < answer.length; t++) {
            float[] at = logits[prompt.length - 1 + t];
            float chosen = at[answer[t]];
            float[] others = at.clone();
            others[answer[t]] = Float.NEGATIVE_INFINITY;
            Arrays.sort(others);
            float gap = chosen - others[others.length - 1];
            if (Math.abs(gap) < SMALLEST_GAP) {
                return false;
            }
            assertEquals(true, gap > 0, "alone, token " + t + " is not the most probable one");
        }
        return true;
    }

    /** No adapter, and adapters of several ranks on several maps. */
    static List<Adapter> adapters(ModelConfig model) {
        List<Adapter> adapters = new ArrayList<>(List.of(Adapter.none()));
        adapters.add(adapter(new LoraConfig(1, 1, List.of("q_proj")), model, 1));
        adapters.add(adapter(new LoraConfig(8, 4, List.of("gate_proj", "up_proj", "down_proj")), model, 2));
        adapters.add(adapter(new LoraConfig(2, 4, List.of("k_proj", "v_proj", "o_proj")), model, 3));
        adapters.add(adapter(
                new LoraConfig(
                        3, 6, List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")),
                model,
                4));
        adapters.add(adapter(new LoraConfig(5, 5, List.of("v_proj", "up_proj")), model, 5));
        return adapters;
    }

    /** An adapter whose values are all random, so that B is not zero. */
    static Adapter adapter(LoraConfig config, ModelConfig model, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Adapter initial = Adapter.initial(config, model, seed);
        List<float[]> values = new ArrayList<>();
        initial.tensors().values().forEach(tensor -> {
            float[] own = new float[tensor.values().length];
            for (int i = 0; i < own.length; i++) {
                own[i] = (float) random.nextDouble(-0.2, 0.2);
            }
            values.add(own);
        });
        return initial.withValues(values);
    }

    static int[] join(int[] first, int[] second) {
        return IntStream.concat(Arrays.stream(first), Arrays.stream(second)).toArray();
    }
}
