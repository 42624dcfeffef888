package io.marft.actor.acting;

import io.marft.actor.adapters.VersionedAdapter;
import io.marft.policy.LanguageModel;
import io.marft.policy.checkpoint.CheckpointException;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.generate.Generation;
import io.marft.policy.generate.GenerationRequest;
import io.marft.policy.generate.Sampling;
import io.marft.policy.token.ChatMessage;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.FinishReason;
import io.marft.schemas.record.Turn;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Answers a batch of turns with a language model. A turn that the model refuses, for instance because its prompt is
 * longer than the context, is answered with the reason, and the others go on without it.
 *
 * <p>Turns of all agents of a process share the model's one batch. Each draws with its own seed: what else is in the batch
 * changes nothing but the rounding of its log-probabilities.
 * Thread-safe.
 */
public final class TurnGenerator implements Policy {

    private final LanguageModel model;

    /** @param model not closed by this object */
    public TurnGenerator(LanguageModel model) {
        this.model = model;
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
    public List<Answer> answer(List<Turn> turns, VersionedAdapter adapter) {
        Answer[] answers = new Answer[turns.size()];
        List<Pending> pending = new ArrayList<>();
        for (int i = 0; i < answers.length; i++) {
            try {
                pending.add(new Pending(i, turns.get(i), request(turns.get(i))));
            } catch (IllegalArgumentException | CheckpointException e) {
                answers[i] = new Answer.Refused(e.getMessage());
            }
        }
        List<CompletableFuture<Generation>> generations =
                model.submit(pending.stream().map(Pending::request).toList(), adapter.adapter());
        for (int i = 0; i < pending.size(); i++) {
            answers[pending.get(i).place()] = await(pending.get(i), generations.get(i), adapter);
        }
        return List.of(answers);
    }

    private record Pending(int place, Turn turn, GenerationRequest request) {}

    private Answer await(Pending pending, CompletableFuture<Generation> generation, VersionedAdapter adapter) {
        try {
            return new Answer.Acted(action(pending, generation.join(), adapter));
        } catch (CompletionException e) {
            if (e.getCause() instanceof IllegalArgumentException refusal) {
                return new Answer.Refused(refusal.getMessage());
            }
            throw e;
        }
    }

    private GenerationRequest request(Turn turn) {
        List<ChatMessage> messages = turn.getMessages().stream()
                .map(message -> new ChatMessage(message.getRole(), message.getContent()))
                .toList();
        var sampling = turn.getSampling();
        return new GenerationRequest(
                model.prompt(messages),
                new Sampling(
                        sampling.getTemperature(),
                        sampling.getTopK(),
                        sampling.getTopP(),
                        sampling.getMinP(),
                        sampling.getMaxNewTokens(),
                        sampling.getStopTokens(),
                        sampling.getStop()),
                turn.getSeed());
    }

    private Action action(Pending pending, Generation generation, VersionedAdapter adapter) {
        Turn turn = pending.turn();
        return Action.newBuilder()
                .setEpisode(turn.getEpisode())
                .setStep(turn.getStep())
                .setAgent(turn.getAgent())
                .setTeam(turn.getTeam())
                .setTeamVersion(turn.getTeamVersion())
                .setPurpose(turn.getPurpose())
                .setAdapterVersion(adapter.version())
                .setAdapterDigest(adapter.digest())
                .setBaseModelDigest(model.digest())
                .setPromptTokens(boxed(pending.request().prompt()))
                .setOutputTokens(boxed(generation.tokens()))
                .setLogProbs(boxed(generation.logProbs()))
                .setText(model.text(generation.tokens()))
                .setFinishReason(generation.ended() ? FinishReason.STOP : FinishReason.LENGTH)
                .setSampling(turn.getSampling())
                .setSeed(turn.getSeed())
                .setCreatedAt(Instant.now().truncatedTo(ChronoUnit.MILLIS))
                .build();
    }

    private static List<Integer> boxed(int[] values) {
        return Arrays.stream(values).boxed().toList();
    }

    private static List<Float> boxed(float[] values) {
        List<Float> boxed = new ArrayList<>(values.length);
        for (float value : values) {
            boxed.add(value);
        }
        return boxed;
    }
}
