package io.marft.schemas.team;

import io.marft.schemas.record.Message;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Step;
import java.util.List;

/**
 * What a step of an episode begins with, as conditions see it.
 *
 * @param step the step within the episode, counted from 0
 * @param messages what the team sees, oldest first
 */
public record StepInput(int step, List<Message> messages) {

    public StepInput {
        messages = List.copyOf(messages);
    }

    /** Of an observation that opens a step. */
    public static StepInput of(Observation observation) {
        return new StepInput(observation.getStep(), observation.getMessages());
    }

    /** Of a step of a trajectory. */
    public static StepInput of(Step step) {
        return new StepInput(step.getStep(), step.getMessages());
    }

    /** The last user message's content; where no user speaks, the last message's; empty without messages. */
    public String text() {
        String text =
                messages.isEmpty() ? "" : messages.get(messages.size() - 1).getContent();
        for (Message message : messages) {
            if (message.getRole().equals("user")) {
                text = message.getContent();
            }
        }
        return text;
    }
}
