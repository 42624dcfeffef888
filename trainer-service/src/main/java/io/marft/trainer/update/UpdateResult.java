package io.marft.trainer.update;

import io.marft.trainer.state.TrainingState;
import java.util.List;
import java.util.Map;

/**
 * What an update leads to.
 *
 * @param state the training state afterwards
 * @param agents what came of it for each agent, in the order in which they were updated
 * @param metrics the update's diagnostics, by their usual names
 * @param tokens how many tokens of prompts and actions the batch had
 * @param device where the model's passes ran
 * @param phases where the time went, in the order of the phases
 */
public record UpdateResult(
        TrainingState state,
        List<AgentResult> agents,
        Map<String, Double> metrics,
        long tokens,
        String device,
        List<Phase> phases) {

    /**
     * A phase of the update: {@code base} is the frozen base's pass, {@code credit} values and advantages, {@code policy}
     * the agents' turns, {@code critic} the critics'.
     *
     * @param sequences how many sequences went through the model, each as often as it did
     */
    public record Phase(String name, double seconds, long sequences) {}

    /**
     * What an update did to one agent.
     *
     * @param agent its name
     * @param digest digest of its adapter's weights afterwards
     * @param metrics its diagnostics, by their usual names
     */
    public record AgentResult(String agent, String digest, Map<String, Double> metrics) {}
}
