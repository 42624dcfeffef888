package io.marft.trainer.batch;

import io.marft.policy.Sequence;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Closure;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Step;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.team.DependencyFunction;
import java.util.ArrayList;
import java.util.List;

/**
 * Flattens trajectories into episodes, and refuses those that an update must not see. One number that is not finite or
 * one token outside of the vocabulary would poison every weight, so nothing is taken on trust.
 *
 * <p>Immutable and thread-safe.
 */
public final class EpisodeReader {

    private final Team team;
    private final DependencyFunction dependency;
    private final String baseModelDigest;
    private final int vocabulary;
    private final int maxLength;

    /**
     * A reader of one team's trajectories.
     *
     * @param baseModelDigest the base model that all actions must come from
     * @param vocabulary number of token ids
     * @param maxLength the longest sequence, prompt and action together
     * @throws IllegalArgumentException if an agent does not see every earlier action of its step: the critic of a
     *     decision sees them all, and reads the same tokens as the actor
     */
    public EpisodeReader(Team team, String baseModelDigest, int vocabulary, int maxLength) {
        this.team = team;
        this.dependency = new DependencyFunction(team);
        this.baseModelDigest = baseModelDigest;
        this.vocabulary = vocabulary;
        this.maxLength = maxLength;
        List<String> earlier = new ArrayList<>();
        for (TeamAgent agent : dependency.order()) {
            if (!agent.getAfter().containsAll(earlier)) {
                throw new IllegalArgumentException("team '" + team.getName() + "': agent '" + agent.getName()
                        + "' must be after all of " + earlier + " to be trained, got: after " + agent.getAfter());
            }
            earlier.add(agent.getName());
        }
    }

    /**
     * Reads a trajectory.
     *
     * @param version the adapter version that the next update starts from
     * @param maxStaleness how many versions an action may lag behind it
     */
    public Reading read(Trajectory trajectory, long version, int maxStaleness) {
        if (!trajectory.getTeam().equals(team.getName()) || trajectory.getPurpose() != Purpose.TRAINING) {
            return new Reading.Foreign();
        }
        if (trajectory.getTeamVersion() != team.getVersion()) {
            return new Reading.Dropped(
                    "is of team version " + trajectory.getTeamVersion() + ", the trainer's is " + team.getVersion());
        }
        if (trajectory.getClosure() == Closure.TIMED_OUT) {
            return new Reading.Dropped("timed out before it was complete");
        }
        try {
            Episode episode = flatten(trajectory);
            return judgeAge(episode, version, maxStaleness);
        } catch (Unsound e) {
            return new Reading.Invalid(e.getMessage());
        }
    }

    private static Reading judgeAge(Episode episode, long version, int maxStaleness) throws Unsound {
        for (Decision decision : episode.decisions()) {
            long age = version - decision.version();
            require(
                    age >= 0 && decision.version() >= 0,
                    "agent '" + decision.agent() + "' acted with adapter version " + decision.version()
                            + ", the newest is " + version);
            if (age > maxStaleness) {
                return new Reading.Dropped("is stale: agent '" + decision.agent() + "' lagged " + age
                        + " versions behind, the limit is " + maxStaleness);
            }
        }
        return new Reading.Usable(episode);
    }

    private Episode flatten(Trajectory trajectory) throws Unsound {
        require(!trajectory.getSteps().isEmpty(), "has no steps");
        // A value after the last decision takes a token more.
        int room = trajectory.getTerminal() ? maxLength : maxLength - 1;
        List<Decision> decisions = new ArrayList<>();
        for (int i = 0; i < trajectory.getSteps().size(); i++) {
            Step step = trajectory.getSteps().get(i);
            require(step.getStep() == i, "step " + step.getStep() + " stands in place " + i);
            flatten(step, room, decisions);
        }
        return new Episode(trajectory.getEpisode(), trajectory.getTerminal(), decisions);
    }

    /** One step in the topological order of D; its reward lies on the last decision that leads to an answer. */
    private void flatten(Step step, int room, List<Decision> decisions) throws Unsound {
        List<String> acted = step.getActions().stream().map(Action::getAgent).toList();
        List<String> order = dependency.order().stream().map(TeamAgent::getName).toList();
        require(acted.equals(order), "step " + step.getStep() + " has actions of " + acted + ", the order is " + order);
        require(step.getReward() != null, "step " + step.getStep() + " has no reward");
        double reward = step.getReward().getValue();
        require(Double.isFinite(reward), "step " + step.getStep() + " has reward " + reward);
        String rewarded = dependency.rewarded().getName();
        for (Action action : step.getActions()) {
            check(action, room);
            decisions.add(new Decision(
                    action.getAgent(),
                    action.getAdapterVersion(),
                    new Sequence(ints(action.getPromptTokens()), ints(action.getOutputTokens())),
                    floats(action.getLogProbs()),
                    action.getAgent().equals(rewarded) ? reward : 0));
        }
    }

    private void check(Action action, int room) throws Unsound {
        String who = "agent '" + action.getAgent() + "'";
        int length = action.getPromptTokens().size() + action.getOutputTokens().size();
        require(
                action.getBaseModelDigest().equals(baseModelDigest),
                who + " acted with base model " + action.getBaseModelDigest() + ", the trainer's is "
                        + baseModelDigest);
        require(!action.getPromptTokens().isEmpty(), who + " had an empty prompt");
        require(!action.getOutputTokens().isEmpty(), who + " had an empty action");
        require(length <= room, who + " has " + length + " tokens, there is room for " + room);
        require(
                action.getLogProbs().size() == action.getOutputTokens().size(),
                who + " has " + action.getOutputTokens().size() + " action tokens, but "
                        + action.getLogProbs().size() + " log-probabilities");
        for (float logProb : action.getLogProbs()) {
            require(Float.isFinite(logProb) && logProb <= 0, who + " has log-probability " + logProb);
        }
        for (List<Integer> tokens : List.of(action.getPromptTokens(), action.getOutputTokens())) {
            for (int token : tokens) {
                require(token >= 0 && token < vocabulary, who + " has token " + token + " of " + vocabulary);
            }
        }
        float temperature = action.getSampling().getTemperature();
        float expected = dependency.agent(action.getAgent()).getSampling().getTemperature();
        require(
                temperature == expected && temperature > 0,
                who + " sampled at temperature " + temperature + ", the team's is " + expected
                        + " and must be above 0");
    }

    private static int[] ints(List<Integer> list) {
        return list.stream().mapToInt(Integer::intValue).toArray();
    }

    private static float[] floats(List<Float> list) {
        float[] array = new float[list.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = list.get(i);
        }
        return array;
    }

    private static void require(boolean holds, String otherwise) throws Unsound {
        if (!holds) {
            throw new Unsound(otherwise);
        }
    }

    /** What is wrong with a trajectory. */
    private static final class Unsound extends Exception {

        private static final long serialVersionUID = 1L;

        Unsound(String what) {
            super(what);
        }
    }
}
