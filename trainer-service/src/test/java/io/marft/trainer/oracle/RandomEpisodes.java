package io.marft.trainer.oracle;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Episodes of random teams: everything that docs/marft.md allows, drawn from one seed. */
public final class RandomEpisodes {

    private final Random random;

    public RandomEpisodes(long seed) {
        this.random = new Random(seed);
    }

    /** Episodes of one random team of 1 to 6 agents. */
    public List<OracleEpisode> batch(int episodes) {
        int agents = 1 + random.nextInt(6);
        boolean[][] after = acyclic(agents);
        boolean[] answers = new boolean[agents];
        for (int a = 0; a < agents; a++) {
            answers[a] = random.nextInt(3) == 0;
        }
        answers[random.nextInt(agents)] = true;
        return IntStream.range(0, episodes)
                .mapToObj(e -> episode(after, answers))
                .toList();
    }

    /** Edges only from earlier to later in a hidden order, which is not the declared one. */
    private boolean[][] acyclic(int agents) {
        List<Integer> hidden =
                new ArrayList<>(IntStream.range(0, agents).boxed().toList());
        Collections.shuffle(hidden, random);
        boolean[][] after = new boolean[agents][agents];
        for (int later = 0; later < agents; later++) {
            for (int earlier = 0; earlier < later; earlier++) {
                after[hidden.get(later)][hidden.get(earlier)] = random.nextBoolean();
            }
        }
        return after;
    }

    private OracleEpisode episode(boolean[][] after, boolean[] answers) {
        int steps = 1 + random.nextInt(4);
        List<OracleDecision> decisions = new ArrayList<>();
        for (int step = 0; step < steps; step++) {
            boolean[] acts = acting(answers);
            List<Integer> order = Dependencies.order(after).stream()
                    .filter(agent -> acts[agent])
                    .toList();
            int rewarded = Dependencies.rewarded(order, after, answers);
            for (int agent : order) {
                decisions.add(decision(step, agent, agent == rewarded ? 2 * random.nextDouble() - 1 : 0));
            }
        }
        return new OracleEpisode(after, answers, steps, List.copyOf(decisions));
    }

    /** A quarter of the agents are skipped, but never all that answer. */
    private boolean[] acting(boolean[] answers) {
        boolean[] acts = new boolean[answers.length];
        boolean answered = false;
        while (!answered) {
            for (int a = 0; a < acts.length; a++) {
                acts[a] = random.nextInt(4) > 0;
                answered |= acts[a] && answers[a];
            }
        }
        return acts;
    }

    private OracleDecision decision(int step, int agent, double reward) {
        int tokens = 1 + random.nextInt(12);
        double[] behaviour = DoubleStream.generate(() -> 3 * Math.log(1 - random.nextDouble()))
                .limit(tokens)
                .toArray();
        double[] proximal = near(behaviour, 0.3);
        double value = random.nextGaussian();
        double[] tokenValues =
                DoubleStream.generate(random::nextGaussian).limit(tokens).toArray();
        return new OracleDecision(
                step,
                agent,
                reward,
                1 + random.nextInt(tokens),
                value,
                value + 0.4 * random.nextGaussian(),
                tokenValues,
                DoubleStream.of(tokenValues)
                        .map(v -> v + 0.4 * random.nextGaussian())
                        .toArray(),
                behaviour,
                proximal,
                near(proximal, 0.15),
                near(behaviour, 0.5),
                DoubleStream.generate(random::nextDouble).limit(tokens).toArray());
    }

    /** Other log-probabilities, none above 0. */
    private double[] near(double[] logProbs, double spread) {
        return DoubleStream.of(logProbs)
                .map(logProb -> Math.min(0, logProb + spread * random.nextGaussian()))
                .toArray();
    }
}
