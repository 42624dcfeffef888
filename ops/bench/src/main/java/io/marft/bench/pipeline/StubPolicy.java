package io.marft.bench.pipeline;

import io.marft.actor.acting.ActionRecord;
import io.marft.actor.acting.Policy;
import io.marft.actor.adapters.VersionedAdapter;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.generate.Generation;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Message;
import io.marft.schemas.record.Turn;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/**
 * A policy that computes nothing: it answers at once, and the same turn always alike, with actions of the shape that a
 * language model's have. So what is measured around it is the way of the records. Thread-safe.
 *
 * @param digest the base model that it gives itself out for
 * @param config that model's shape: its tokens are of this vocabulary
 */
public record StubPolicy(String digest, ModelConfig config) implements Policy {

    /** One token for so many characters of a prompt. */
    private static final int CHARACTERS = 3;

    private static final int LEAST_OUTPUT = 8;
    private static final int MOST_OUTPUT = 24;
    private static final int VERDICTS = 100;

    @Override
    public List<CompletableFuture<Answer>> answer(List<Turn> turns, VersionedAdapter adapter) {
        return turns.stream()
                .map(turn -> CompletableFuture.<Answer>completedFuture(new Answer.Acted(action(turn, adapter))))
                .toList();
    }

    private Action action(Turn turn, VersionedAdapter adapter) {
        SplittableRandom random = new SplittableRandom(turn.getSeed());
        int most = Math.min(MOST_OUTPUT, turn.getSampling().getMaxNewTokens());
        int length = random.nextInt(Math.min(LEAST_OUTPUT, most), most + 1);
        int[] output = tokens(random, length);
        output[length - 1] = config.eosTokens().get(0);
        float[] logProbs = new float[length];
        for (int i = 0; i < length; i++) {
            logProbs[i] = -(float) random.nextDouble();
        }
        int[] prompt = tokens(random, promptLength(turn));
        String text = turn.getAgent() + " says \\boxed{" + random.nextInt(VERDICTS) + "}";
        return ActionRecord.of(
                turn, adapter, digest, prompt, new Generation(output, logProbs, true), text, Instant.now());
    }

    private static int promptLength(Turn turn) {
        int characters = 0;
        for (Message message : turn.getMessages()) {
            characters += message.getContent().length();
        }
        return 1 + characters / CHARACTERS;
    }

    private int[] tokens(SplittableRandom random, int length) {
        int[] tokens = new int[length];
        for (int i = 0; i < length; i++) {
            tokens[i] = random.nextInt(config.vocabSize());
        }
        return tokens;
    }
}
