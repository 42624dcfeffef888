package io.marft.bench.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.actor.acting.Policy;
import io.marft.actor.adapters.VersionedAdapter;
import io.marft.policy.TinyModels;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Message;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Sampling;
import io.marft.schemas.record.Turn;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class StubPolicyTest {

    private final StubPolicy policy = new StubPolicy("sha256:stub", TinyModels.config());

    private static Turn turn(long seed, int maxNewTokens) {
        return Turn.newBuilder()
                .setEpisode("e")
                .setStep(0)
                .setAgent("actor")
                .setTeam("t")
                .setTeamVersion(1)
                .setPurpose(Purpose.TRAINING)
                .setMessages(List.of(new Message("user", "How many?")))
                .setPredecessors(List.of())
                .setSampling(Sampling.newBuilder()
                        .setTemperature(1f)
                        .setTopK(0)
                        .setTopP(1f)
                        .setMinP(0f)
                        .setMaxNewTokens(maxNewTokens)
                        .setStopTokens(List.of())
                        .setStop(List.of())
                        .build())
                .setSeed(seed)
                .setObservedAt(Instant.EPOCH)
                .build();
    }

    private Action act(Turn turn) {
        List<CompletableFuture<Policy.Answer>> answers = policy.answer(List.of(turn), VersionedAdapter.base());
        assertEquals(1, answers.size());
        return ((Policy.Answer.Acted) answers.get(0).join()).action();
    }

    private static Action timeless(Action action) {
        return Action.newBuilder(action).setCreatedAt(Instant.EPOCH).build();
    }

    @Test
    void shouldAnswerTheSameTurnAlikeAndAnotherOtherwise() {
        Action action = act(turn(7, 32));

        assertEquals(timeless(action), timeless(act(turn(7, 32))));
        assertNotEquals(action.getOutputTokens(), act(turn(8, 32)).getOutputTokens());
    }

    @Test
    void shouldAnswerWithTokensOfTheVocabularyAndALogProbabilityForEach() {
        for (long seed = 0; seed < 100; seed++) {
            for (int limit : new int[] {1, 8, 32}) {
                Action action = act(turn(seed, limit));

                int vocabulary = policy.config().vocabSize();
                List<Integer> output = action.getOutputTokens();
                assertTrue(output.stream().allMatch(token -> token >= 0 && token < vocabulary));
                assertTrue(action.getPromptTokens().stream().allMatch(token -> token >= 0 && token < vocabulary));
                assertTrue(!output.isEmpty() && output.size() <= limit, "got " + output.size());
                assertEquals(output.size(), action.getLogProbs().size());
                assertTrue(action.getLogProbs().stream().allMatch(logProb -> logProb <= 0));
                assertTrue(policy.config().eosTokens().contains(output.get(output.size() - 1)));
                assertEquals("sha256:stub", action.getBaseModelDigest());
            }
        }
    }
}
