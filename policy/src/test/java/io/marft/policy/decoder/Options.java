package io.marft.policy.decoder;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.policy.generate.Draw;
import io.marft.policy.generate.GenerationRequest;
import io.marft.policy.generate.Sampling;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** How a token is drawn, and by plain loops over doubles the exact distribution that this makes of logits. */
record Options(float temperature, int topK, float topP, float minP) {

    /** Rounding decides where two logits are nearer than this, or a logit and what it has to reach. */
    private static final double LOGIT_MARGIN = 3e-5;

    /** Rounding decides where a sum of probabilities is nearer than this to what it has to reach. */
    private static final double MASS_MARGIN = 3e-6;

    static final Options PLAIN = new Options(1, 0, 1, 0);
    static final Options GREEDY = new Options(0, 0, 1, 0);

    /** A draw that only its limit ends. */
    Draw draw(int[] prompt, long seed, int limit) {
        return draw(prompt, seed, limit, Set.of(), Draw.NEVER);
    }

    Draw draw(int[] prompt, long seed, int limit, Set<Integer> ends, Predicate<int[]> stop) {
        Sampling sampling = new Sampling(temperature, topK, topP, minP, limit, List.of(), List.of());
        return new Draw(new GenerationRequest(prompt, sampling, seed), ends, stop);
    }

    /** The probability of each token: [vocabulary]. */
    double[] distribution(float[] logits) {
        return cut(logits).probabilities();
    }

    /** Whether rounding decides what is kept of these logits. */
    boolean hangsOnRounding(float[] logits) {
        return cut(logits).margin() < 1;
    }

    /** @param margin of what is cut by least, in units of what rounding may do */
    private record Cut(double[] probabilities, double margin) {}

    private Cut cut(float[] logits) {
        List<Integer> order = IntStream.range(0, logits.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -logits[i]))
                .toList();
        double divisor = temperature == 0 ? 1 : temperature;
        double[] weights = IntStream.range(0, logits.length)
                .mapToDouble(i -> Math.exp((logits[i] - logits[order.get(0)]) / divisor))
                .toArray();
        int most = temperature == 0 ? 1 : topK == 0 ? logits.length : Math.min(topK, logits.length);
        double margin = Double.MAX_VALUE;
        if (most < logits.length) {
            margin = Math.log(weights[order.get(most - 1)] / weights[order.get(most)]) / LOGIT_MARGIN;
        }
        double total =
                order.subList(0, most).stream().mapToDouble(i -> weights[i]).sum();
        double[] kept = new double[logits.length];
        double before = 0;
        double mass = 0;
        for (int rank = 0; rank < most; rank++) {
            int token = order.get(rank);
            if (rank > 0 && topP < 1) {
                margin = Math.min(margin, Math.abs(before - topP) / MASS_MARGIN);
            }
            if (minP > 0) {
                margin = Math.min(margin, Math.abs(Math.log(weights[token] / minP)) / LOGIT_MARGIN);
            }
            if (rank == 0 || ((topP == 1 || before < topP) && weights[token] >= minP)) {
                kept[token] = weights[token];
                mass += weights[token];
            }
            before += weights[token] / total;
        }
        assertTrue(mass > 0);
        for (int token = 0; token < kept.length; token++) {
            kept[token] /= mass;
        }
        return new Cut(kept, margin);
    }
}
