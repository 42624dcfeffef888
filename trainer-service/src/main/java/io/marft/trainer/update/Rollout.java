package io.marft.trainer.update;

import io.marft.trainer.batch.Decision;
import io.marft.trainer.batch.Episode;
import io.marft.trainer.state.TrainingState;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The batch of one update: all decisions of all episodes in one list, episode after episode. */
final class Rollout {

    private final List<Episode> episodes;
    private final List<Decision> decisions = new ArrayList<>();
    private final List<Integer> episodeOf = new ArrayList<>();

    Rollout(List<Episode> episodes) {
        this.episodes = List.copyOf(episodes);
        for (int e = 0; e < episodes.size(); e++) {
            for (Decision decision : episodes.get(e).decisions()) {
                decisions.add(decision);
                episodeOf.add(e);
            }
        }
    }

    List<Episode> episodes() {
        return episodes;
    }

    List<Decision> decisions() {
        return decisions;
    }

    /** The place in {@link #episodes} of the episode that a decision belongs to. */
    int episodeOf(int decision) {
        return episodeOf.get(decision);
    }

    /** The places in {@link #decisions} of one episode's decisions, in their order. */
    int[] decisionsOf(int episode) {
        return IntStream.range(0, decisions.size())
                .filter(k -> episodeOf.get(k) == episode)
                .toArray();
    }

    /** The agents that acted, in the order of their first decisions. */
    List<String> agents() {
        return decisions.stream().map(Decision::agent).distinct().toList();
    }

    /** The places in {@link #decisions} of one agent's decisions. */
    int[] of(String agent) {
        return IntStream.range(0, decisions.size())
                .filter(k -> decisions.get(k).agent().equals(agent))
                .toArray();
    }

    /** The places of the decisions that a critic values: all for the shared one, else its agent's. */
    int[] ofCritic(String owner) {
        return owner.equals(TrainingState.SHARED)
                ? IntStream.range(0, decisions.size()).toArray()
                : of(owner);
    }

    /** How many tokens all prompts and actions have together. */
    long tokens() {
        return decisions.stream()
                .mapToLong(decision -> (long) decision.sequence().prompt().length
                        + decision.sequence().action().length)
                .sum();
    }
}
