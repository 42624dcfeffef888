package io.marft.actor.acting;

import static io.marft.actor.Fixtures.SAMPLING;
import static io.marft.actor.Fixtures.turn;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.actor.acting.Policy.Answer;
import io.marft.actor.adapters.VersionedAdapter;
import io.marft.policy.LanguageModel;
import io.marft.policy.TinyModels;
import io.marft.policy.token.ChatMessage;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.FinishReason;
import io.marft.schemas.record.Sampling;
import io.marft.schemas.record.Turn;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TurnGeneratorTest {

    private static final VersionedAdapter BASE = VersionedAdapter.base();

    @TempDir
    private static Path directory;

    private static LanguageModel model;

    @BeforeAll
    static void load() {
        model = LanguageModel.load(TinyModels.write(directory, TinyModels.config(), 5), 1);
    }

    @AfterAll
    static void unload() {
        model.close();
    }

    @Test
    void shouldRecordWhatProducedAnAction() {
        Turn turn = turn("e", "reasoner", "1+2?", 11L);

        Action action = acted(answer(List.of(turn)).get(0));

        int[] prompt = model.prompt(List.of(new ChatMessage("system", "profile"), new ChatMessage("user", "1+2?")));
        assertEquals("e", action.getEpisode());
        assertEquals("reasoner", action.getAgent());
        assertEquals(0L, action.getAdapterVersion());
        assertEquals("", action.getAdapterDigest());
        assertEquals(model.digest(), action.getBaseModelDigest());
        assertEquals(Arrays.stream(prompt).boxed().toList(), action.getPromptTokens());
        assertEquals(action.getOutputTokens().size(), action.getLogProbs().size());
        assertTrue(action.getLogProbs().stream().allMatch(logProb -> logProb <= 0));
        assertEquals(
                model.text(action.getOutputTokens().stream()
                        .mapToInt(Integer::intValue)
                        .toArray()),
                action.getText());
        assertEquals(SAMPLING, action.getSampling());
        assertEquals(11L, action.getSeed());
        boolean ended = action.getOutputTokens().get(action.getOutputTokens().size() - 1) == TinyModels.END;
        assertEquals(ended ? FinishReason.STOP : FinishReason.LENGTH, action.getFinishReason());
    }

    @Test
    void shouldDrawTheSameTokensForATurnInEveryBatch() {
        List<Turn> turns = IntStream.range(0, 5)
                .mapToObj(i -> turn("e" + i, "reasoner", "1+" + i + "?", i))
                .toList();

        List<Answer> together = answer(turns);

        for (int i = 0; i < turns.size(); i++) {
            Action alone = acted(answer(List.of(turns.get(i))).get(0));
            Action among = acted(together.get(i));
            assertEquals(alone.getOutputTokens(), among.getOutputTokens());
            for (int k = 0; k < alone.getLogProbs().size(); k++) {
                assertEquals(alone.getLogProbs().get(k), among.getLogProbs().get(k), 1e-4);
            }
        }
    }

    @Test
    void shouldRefuseATurnThatDoesNotFitAndAnswerTheOthers() {
        Turn good = turn("good", "reasoner", "1+2?", 1L);
        Turn tooLong = turn("long", "reasoner", "1+2?".repeat(100), 2L);
        Turn cold = Turn.newBuilder(turn("cold", "reasoner", "1+2?", 3L))
                .setSampling(new Sampling(-1f, 0, 1f, 8, 0f, List.of(), List.of()))
                .build();

        List<Answer> answers = answer(List.of(good, tooLong, cold, good));

        assertEquals("good", acted(answers.get(0)).getEpisode());
        assertEquals("good", acted(answers.get(3)).getEpisode());
        assertTrue(
                assertInstanceOf(Answer.Refused.class, answers.get(1)).reason().contains("context of 128"));
        assertTrue(
                assertInstanceOf(Answer.Refused.class, answers.get(2)).reason().contains("temperature"));
    }

    @Test
    void shouldAnswerATurnWithoutWaitingForALongerOneOfItsBatch() {
        Turn longer = Turn.newBuilder(turn("longer", "reasoner", "1+2?", 11L))
                .setSampling(Sampling.newBuilder(SAMPLING).setMaxNewTokens(64).build())
                .build();
        Turn shorter = Turn.newBuilder(turn("shorter", "reasoner", "1+2?", 11L))
                .setSampling(Sampling.newBuilder(SAMPLING).setMaxNewTokens(1).build())
                .build();
        List<String> order = Collections.synchronizedList(new ArrayList<>());

        List<CompletableFuture<Void>> answered = new TurnGenerator(model)
                .answer(List.of(longer, shorter), BASE).stream()
                        .map(answer ->
                                answer.thenAccept(done -> order.add(acted(done).getEpisode())))
                        .toList();

        answered.forEach(CompletableFuture::join);
        assertEquals(List.of("shorter", "longer"), order);
    }

    @Test
    void shouldLeaveATurnForWhoseAnswerNobodyWaitsAnyMoreAndAnswerTheOthers() {
        List<CompletableFuture<Answer>> answers = new TurnGenerator(model)
                .answer(List.of(turn("left", "reasoner", "1+2?", 1L), turn("kept", "reasoner", "1+2?", 2L)), BASE);

        answers.get(0).cancel(false);

        assertEquals("kept", acted(answers.get(1).join()).getEpisode());
        assertTrue(answers.get(0).isCancelled());
    }

    private static List<Answer> answer(List<Turn> turns) {
        return new TurnGenerator(model)
                .answer(turns, BASE).stream().map(CompletableFuture::join).toList();
    }

    private static Action acted(Answer answer) {
        return assertInstanceOf(Answer.Acted.class, answer).action();
    }
}
