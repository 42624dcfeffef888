package io.marft.actor.acting;

import io.marft.actor.adapters.VersionedAdapter;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Turn;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What agents decide with: a frozen base, which an adapter turns into an agent's own. {@link TurnGenerator} is one on a
 * language model in this process. Thread-safe: all agents of a process share one.
 *
 * <p>Another policy, for instance one that asks a server, needs no model here: {@link TurnRequest} makes its prompts, and
 * {@link ActionRecord} its actions.
 */
public interface Policy {

    /** The answer to a turn. */
    sealed interface Answer {

        /** The agent acts. */
        record Acted(Action action) implements Answer {}

        /** The turn cannot be answered, now or ever, for a reason of one line. */
        record Refused(String reason) implements Answer {}
    }

    /** Digest of the base model; an adapter of another is refused. */
    String digest();

    /** The base model's shape, which adapters must fit. */
    ModelConfig config();

    /**
     * Begins to answer turns with an adapter, and returns at once: whoever asks has to see to its group meanwhile. Each
     * answer comes when it is ready, in any order, and may take hours. Further turns may be asked before it comes.
     *
     * @return a future for each turn, in the order of the turns; one that fails says that the policy could not work, not that
     *     the turn is at fault: the turn may be asked again. One that is cancelled says that nobody waits for the answer any
     *     more, so the policy may leave it
     */
    List<CompletableFuture<Answer>> answer(List<Turn> turns, VersionedAdapter adapter);
}
