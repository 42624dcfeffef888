package io.marft.trainer.update;

import io.marft.trainer.advantage.Normalization;
import io.marft.trainer.batch.Decision;
import io.marft.trainer.configure.Formulas;
import io.marft.trainer.configure.Schedule;
import io.marft.trainer.configure.TrainingConfiguration;
import io.marft.trainer.state.AgentState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** The agents' turns within an update, by the configured {@link Schedule}. */
final class AgentTurns {

    private final Rollout rollout;
    private final BasePass base;
    private final TrainingConfiguration configuration;
    private final PolicyTraining training;
    /** Normalised, {@code [decisions][units]}. */
    private final double[][] advantages;

    AgentTurns(
            Rollout rollout,
            BasePass base,
            Credit credit,
            TrainingConfiguration configuration,
            PolicyTraining training) {
        this.rollout = rollout;
        this.base = base;
        this.configuration = configuration;
        this.training = training;
        List<String> agents = rollout.decisions().stream().map(Decision::agent).toList();
        this.advantages = normalization(configuration).of(credit.advantages(), agents);
    }

    private static Normalization normalization(TrainingConfiguration configuration) {
        return configuration.formulas() == Formulas.REFERENCE
                ? Normalization.JOINT
                : configuration.advantage().normalization();
    }

    /**
     * Trains the agents whose turn it is, those that acted.
     *
     * @param agents each agent's state; replaced by what it becomes
     * @param update the number of this update, from 1
     */
    void run(Map<String, AgentState> agents, long update, UpdateMetrics metrics, Random random) {
        List<String> order = new ArrayList<>(agents.keySet());
        switch (configuration.schedule().kind()) {
            case SEQUENTIAL -> Collections.shuffle(order, random);
            case JOINT -> {}
            case ALTERNATE -> {
                order.retainAll(rollout.agents());
                long turn = (update - 1 - configuration.critic().warmup())
                        / configuration.schedule().interval()
                        % order.size();
                order = List.of(order.get((int) turn));
            }
        }
        boolean sequential = configuration.schedule().kind() == Schedule.Kind.SEQUENTIAL;
        SequentialCorrection correction = new SequentialCorrection(rollout);
        List<List<int[]>> episodes =
                sequential ? List.of() : epochs(rollout.episodes().size(), random);
        for (int turn = 0; turn < order.size(); turn++) {
            String agent = order.get(turn);
            int[] own = rollout.of(agent);
            if (own.length == 0) {
                continue;
            }
            PolicyTraining.Task task = new PolicyTraining.Task(
                    rollout.decisions().get(own[0]).temperature(),
                    Minibatches.pick(rollout.decisions(), own),
                    correction.correct(Minibatches.pick(advantages, own), own),
                    Minibatches.pick(base.logProbs(), own),
                    sequential ? epochs(own.length, random) : ofEpisodes(episodes, own));
            PolicyTraining.Outcome outcome = training.train(agents.get(agent), task);
            agents.put(agent, outcome.state());
            metrics.agent(agent, own, outcome);
            if (sequential && turn < order.size() - 1) {
                correction.include(training.clippedRatios(outcome, task), own);
            }
        }
    }

    private List<List<int[]>> epochs(int count, Random random) {
        List<List<int[]>> epochs = new ArrayList<>();
        for (int epoch = 0; epoch < configuration.epochs(); epoch++) {
            epochs.add(Minibatches.shuffled(count, configuration.minibatches(), random));
        }
        return epochs;
    }

    /** Minibatches of episodes as those of one agent's decisions in them, so that all agents step on the same episodes. */
    private List<List<int[]>> ofEpisodes(List<List<int[]>> epochs, int[] own) {
        return epochs.stream()
                .map(epoch -> epoch.stream()
                        .map(minibatch -> in(minibatch, own))
                        .filter(places -> places.length > 0)
                        .toList())
                .toList();
    }

    private int[] in(int[] episodes, int[] own) {
        return IntStream.range(0, own.length)
                .filter(i -> Arrays.stream(episodes).anyMatch(e -> e == rollout.episodeOf(own[i])))
                .toArray();
    }
}
