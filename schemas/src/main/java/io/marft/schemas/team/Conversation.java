package io.marft.schemas.team;

import io.marft.schemas.record.Message;
import io.marft.schemas.record.PredecessorAction;
import java.util.ArrayList;
import java.util.List;

/**
 * An agent's conversation: its profile as the system message, the observation's messages, and what its predecessors
 * said, each on a line of its own at the end of the last user message.
 */
public final class Conversation {

    private Conversation() {}

    /**
     * The messages that an agent answers.
     *
     * @param profile the agent's profile; no system message is written for an empty one
     * @param observed the observation's messages; where none is a user's, predecessors get a message of their own
     * @param predecessors what the agent's predecessors said, in declared order; only those that acted
     */
    public static List<Message> of(String profile, List<Message> observed, List<PredecessorAction> predecessors) {
        List<Message> messages = new ArrayList<>();
        if (!profile.isEmpty()) {
            messages.add(new Message("system", profile));
        }
        messages.addAll(observed);
        if (!predecessors.isEmpty()) {
            append(messages, said(predecessors));
        }
        return messages;
    }

    private static String said(List<PredecessorAction> predecessors) {
        StringBuilder lines = new StringBuilder();
        for (PredecessorAction action : predecessors) {
            lines.append('\n').append(action.getAgent()).append(": ").append(action.getText());
        }
        return lines.toString();
    }

    private static void append(List<Message> messages, String said) {
        for (int i = messages.size() - 1; i >= 0; i--) {
            Message message = messages.get(i);
            if (message.getRole().equals("user")) {
                messages.set(i, new Message("user", message.getContent() + said));
                return;
            }
        }
        messages.add(new Message("user", said.substring(1)));
    }
}
