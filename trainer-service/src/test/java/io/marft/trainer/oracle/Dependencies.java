package io.marft.trainer.oracle;

import java.util.ArrayList;
import java.util.List;

/** What follows from D: {@code after[j][i]} if agent j conditions on agent i. */
public final class Dependencies {

    private Dependencies() {}

    /** The topological order that is first by declared places: always the first agent that may follow. */
    public static List<Integer> order(boolean[][] after) {
        List<Integer> order = new ArrayList<>();
        while (order.size() < after.length) {
            int next = 0;
            while (order.contains(next) || !order.containsAll(predecessors(after, next))) {
                next++;
            }
            order.add(next);
        }
        return order;
    }

    /**
     * The last of a step's agents from which D leads to an answer. A skipped agent conditions on nobody, so no way leads
     * through it.
     *
     * @param acting agents that act in this step, in order, one of which answers
     */
    public static int rewarded(List<Integer> acting, boolean[][] after, boolean[] answers) {
        return acting.stream()
                .filter(agent -> leads(agent, acting, after, answers))
                .reduce((earlier, later) -> later)
                .orElseThrow();
    }

    private static boolean leads(int from, List<Integer> acting, boolean[][] after, boolean[] answers) {
        return answers[from] || acting.stream().anyMatch(to -> after[to][from] && leads(to, acting, after, answers));
    }

    private static List<Integer> predecessors(boolean[][] after, int agent) {
        List<Integer> predecessors = new ArrayList<>();
        for (int other = 0; other < after.length; other++) {
            if (after[agent][other]) {
                predecessors.add(other);
            }
        }
        return predecessors;
    }
}
