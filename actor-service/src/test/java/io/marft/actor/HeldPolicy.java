package io.marft.actor;

import io.marft.actor.acting.Policy;
import io.marft.actor.adapters.VersionedAdapter;
import io.marft.policy.TinyModels;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Turn;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** A policy that answers at once, but for the turns of some episodes: those take as long as a test wishes. */
final class HeldPolicy implements Policy {

    static final String DIGEST = "sha256:held";

    private final Predicate<String> held;
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final Map<String, CompletableFuture<Void>> gates = new ConcurrentHashMap<>();

    /** @param held the episodes whose turns wait for their release */
    HeldPolicy(Predicate<String> held) {
        this.held = held;
    }

    /** The episodes of all turns that it was asked, in order. */
    List<String> asked() {
        return List.copyOf(asked);
    }

    /** Lets the turns of an episode be answered, those that come later, too. */
    void release(String episode) {
        gate(episode).complete(null);
    }

    void releaseAll() {
        asked.forEach(this::release);
    }

    private CompletableFuture<Void> gate(String episode) {
        return gates.computeIfAbsent(episode, absent -> new CompletableFuture<>());
    }

    @Override
    public String digest() {
        return DIGEST;
    }

    @Override
    public ModelConfig config() {
        return TinyModels.config();
    }

    @Override
    public List<CompletableFuture<Answer>> answer(List<Turn> turns, VersionedAdapter adapter) {
        return turns.stream().map(turn -> answer(turn, adapter)).toList();
    }

    private CompletableFuture<Answer> answer(Turn turn, VersionedAdapter adapter) {
        String episode = turn.getEpisode();
        Action action = Action.newBuilder(Fixtures.action(turn, "said of " + episode))
                .setAdapterVersion(adapter.version())
                .build();
        asked.add(episode);
        CompletableFuture<Void> gate = held.test(episode) ? gate(episode) : CompletableFuture.completedFuture(null);
        return gate.thenApply(open -> new Answer.Acted(action));
    }
}
