package io.marft.actor.acting;

import io.marft.actor.adapters.VersionedAdapter;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Turn;
import java.util.List;

/**
 * What agents decide with: a frozen base, which an adapter turns into an agent's own. {@link TurnGenerator} is one on a
 * language model. Thread-safe: all agents of a process share one.
 */
public interface Policy {

    /** What a turn was answered. */
    sealed interface Answer {

        /** An action. */
        record Acted(Action action) implements Answer {}

        /** Nothing: the turn cannot be answered, for a reason of one line. */
        record Refused(String reason) implements Answer {}
    }

    /** Digest of the base model; an adapter of another is refused. */
    String digest();

    /** The base model's shape, which adapters must fit. */
    ModelConfig config();

    /**
     * Answers turns, in their order, with the given adapter.
     *
     * @return an answer for each turn
     */
    List<Answer> answer(List<Turn> turns, VersionedAdapter adapter);
}
