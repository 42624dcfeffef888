package io.marft.actor.acting;

import io.marft.actor.adapters.VersionedAdapter;
import io.marft.policy.LanguageModel;
import io.marft.policy.checkpoint.CheckpointException;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.generate.Generation;
import io.marft.policy.generate.GenerationRequest;
import io.marft.schemas.record.Turn;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Answers turns with a language model in this process. A turn that the model refuses, for instance because its prompt is
 * longer than the context, is answered with the reason, and the others go on without it.
 *
 * <p>Turns of all agents of a process share the model's one batch. Each draws with its own seed: what else is in the batch
 * changes nothing but the rounding of its log-probabilities. Thread-safe.
 */
public final class TurnGenerator implements Policy {

    private static final long IDLE_SECONDS = 10;

    private final LanguageModel model;
    /** Makes actions of what was generated, so that the thread that decodes need not stop for them. */
    private final Executor recorder = recorder();

    /** @param model not closed by this object */
    public TurnGenerator(LanguageModel model) {
        this.model = model;
    }

    /** One thread, which ends by itself when there is nothing to do. */
    private static Executor recorder() {
        ThreadPoolExecutor recorder =
                new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "actions");
                    thread.setDaemon(true);
                    return thread;
                });
        recorder.allowCoreThreadTimeOut(true);
        return recorder;
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
        List<Prepared> prepared = turns.stream().map(this::prepare).toList();
        List<GenerationRequest> requests = prepared.stream()
                .map(Prepared::request)
                .flatMap(Optional::stream)
                .toList();
        Iterator<CompletableFuture<Generation>> generations =
                model.submit(requests, adapter.adapter()).iterator();
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (Prepared own : prepared) {
            answers.add(
                    own.request().isPresent()
                            ? answer(own.turn(), own.request().get(), generations.next(), adapter)
                            : CompletableFuture.completedFuture(new Answer.Refused(own.refusal())));
        }
        return answers;
    }

    /**
     * A turn before it is generated.
     *
     * @param request what the model is asked for; empty if that cannot be
     * @param refusal why not
     */
    private record Prepared(Turn turn, Optional<GenerationRequest> request, String refusal) {}

    private Prepared prepare(Turn turn) {
        try {
            return new Prepared(turn, Optional.of(TurnRequest.of(turn, model.prompts())), "");
        } catch (IllegalArgumentException | CheckpointException e) {
            return new Prepared(turn, Optional.empty(), e.getMessage());
        }
    }

    private CompletableFuture<Answer> answer(
            Turn turn, GenerationRequest request, CompletableFuture<Generation> generation, VersionedAdapter adapter) {
        CompletableFuture<Answer> answer = generation.handleAsync(
                (generated, failure) -> failure == null
                        ? new Answer.Acted(ActionRecord.of(
                                turn,
                                adapter,
                                model.digest(),
                                request.prompt(),
                                generated,
                                model.text(generated.tokens()),
                                Instant.now()))
                        : refused(failure),
                recorder);
        // Changes nothing unless the answer was cancelled.
        var unused = answer.whenComplete((done, failure) -> generation.cancel(false));
        return answer;
    }

    private static Answer refused(Throwable failure) {
        if (failure instanceof IllegalArgumentException) {
            return new Answer.Refused(failure.getMessage());
        }
        throw new CompletionException(failure);
    }
}
