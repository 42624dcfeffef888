package io.marft.local;

import io.marft.actor.acting.Policy;
import io.marft.actor.adapters.VersionedAdapter;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.schemas.record.Turn;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** A policy that says the same to everything, and does not let one agent speak before it is opened. */
final class GatedPolicy implements Policy {

    private final String held;
    private final Checkpoint model = Checkpoint.read(Path.of("../../models/arithmetic"));
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CompletableFuture<Void> gate = new CompletableFuture<>();

    /** @param held the agent that waits */
    GatedPolicy(String held) {
        this.held = held;
    }

    /** Whether the agent waits by now. */
    boolean holds() {
        return asked.getCount() == 0;
    }

    void open() {
        gate.complete(null);
    }

    @Override
    public String digest() {
        return model.digest();
    }

    @Override
    public ModelConfig config() {
        return model.config();
    }

    @Override
    public List<CompletableFuture<Answer>> answer(List<Turn> turns, VersionedAdapter adapter) {
        return turns.stream().map(this::answer).toList();
    }

    private CompletableFuture<Answer> answer(Turn turn) {
        Answer answer = new Answer.Acted(StubAgents.action(turn, "\\boxed{7}"));
        if (!turn.getAgent().equals(held)) {
            return CompletableFuture.completedFuture(answer);
        }
        asked.countDown();
        return gate.thenApply(open -> answer);
    }
}
