package io.marft.actor.acting;

import io.marft.actor.serving.ServedAdapter;
import io.marft.policy.Generation;
import io.marft.policy.GenerationRequest;
import io.marft.policy.LanguageModel;
import io.marft.policy.Message;
import io.marft.policy.Sampling;
import io.marft.policy.checkpoint.CheckpointException;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.FinishReason;
import io.marft.schemas.record.Turn;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Answers a batch of turns with a language model. A turn that the model refuses, for instance because its prompt is
 * longer than the context, is answered with the reason, and the others go on without it.
 *
 * <p>Each turn draws with its own seed: the rest of its batch changes nothing but the rounding of its log-probabilities.
 * Thread-safe.
 */
final class TurnGenerator {

    /** What a turn was answered. */
    sealed interface Answer {

        /** An action. */
        record Acted(Action action) implements Answer {}

        /** Nothing: the turn cannot be generated, for a reason of one line. */
        record Refused(String reason) implements Answer {}
    }

    private final LanguageModel model;

    TurnGenerator(LanguageModel model) {
        this.model = model;
    }

    /** Answers turns, in their order, with the given adapter. */
    List<Answer> answer(List<Turn> turns, ServedAdapter adapter) {
        Answer[] answers = new Answer[turns.size()];
        List<Pending> pending = new ArrayList<>();
        for (int i = 0; i < answers.length; i++) {
            try {
                pending.add(new Pending(i, turns.get(i), request(turns.get(i))));
            } catch (IllegalArgumentException | CheckpointException e) {
                answers[i] = new Answer.Refused(e.getMessage());
            }
        }
        generate(pending, adapter, answers);
        return List.of(answers);
    }

    private record Pending(int place, Turn turn, GenerationRequest request) {}

    private GenerationRequest request(Turn turn) {
        List<Message> messages = turn.getMessages().stream()
                .map(message -> new Message(message.getRole(), message.getContent()))
                .toList();
        var sampling = turn.getSampling();
        return new GenerationRequest(
                model.prompt(messages),
                new Sampling(
                        sampling.getTemperature(), sampling.getTopK(), sampling.getTopP(), sampling.getMaxNewTokens()),
                turn.getSeed());
    }

    /** The model refuses a batch before it begins, without saying for which request: halving finds the one. */
    private void generate(List<Pending> batch, ServedAdapter adapter, Answer[] answers) {
        if (batch.isEmpty()) {
            return;
        }
        try {
            List<Generation> generations =
                    model.generate(batch.stream().map(Pending::request).toList(), adapter.adapter());
            for (int i = 0; i < batch.size(); i++) {
                Pending pending = batch.get(i);
                answers[pending.place()] = new Answer.Acted(action(pending, generations.get(i), adapter));
            }
        } catch (IllegalArgumentException e) {
            if (batch.size() == 1) {
                answers[batch.get(0).place()] = new Answer.Refused(e.getMessage());
                return;
            }
            int middle = batch.size() / 2;
            generate(batch.subList(0, middle), adapter, answers);
            generate(batch.subList(middle, batch.size()), adapter, answers);
        }
    }

    private Action action(Pending pending, Generation generation, ServedAdapter adapter) {
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
                .setFinishReason(FinishReason.valueOf(generation.reason().name()))
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
