package io.marft.bench.pipeline;

import io.marft.actor.acting.Policy;
import io.marft.actor.adapters.VersionedAdapter;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.FinishReason;
import io.marft.schemas.record.Message;
import io.marft.schemas.record.Turn;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

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
    public List<Answer> answer(List<Turn> turns, VersionedAdapter adapter) {
        return turns.stream()
                .map(turn -> (Answer) new Answer.Acted(action(turn, adapter)))
                .toList();
    }

    private Action action(Turn turn, VersionedAdapter adapter) {
        SplittableRandom random = new SplittableRandom(turn.getSeed());
        int most = Math.min(MOST_OUTPUT, turn.getSampling().getMaxNewTokens());
        int length = random.nextInt(Math.min(LEAST_OUTPUT, most), most + 1);
        List<Integer> output = tokens(random, length);
        output.set(length - 1, config.eosTokens().get(0));
        List<Float> logProbs = new ArrayList<>(length);
        for (int i = 0; i < length; i++) {
            logProbs.add(-(float) random.nextDouble());
        }
        return Action.newBuilder()
                .setEpisode(turn.getEpisode())
                .setStep(turn.getStep())
                .setAgent(turn.getAgent())
                .setTeam(turn.getTeam())
                .setTeamVersion(turn.getTeamVersion())
                .setPurpose(turn.getPurpose())
                .setAdapterVersion(adapter.version())
                .setAdapterDigest(adapter.digest())
                .setBaseModelDigest(digest)
                .setPromptTokens(tokens(random, promptLength(turn)))
                .setOutputTokens(output)
                .setLogProbs(logProbs)
                .setText(turn.getAgent() + " says \\boxed{" + random.nextInt(VERDICTS) + "}")
                .setFinishReason(FinishReason.STOP)
                .setSampling(turn.getSampling())
                .setSeed(turn.getSeed())
                .setCreatedAt(Instant.now().truncatedTo(ChronoUnit.MILLIS))
                .build();
    }

    private static int promptLength(Turn turn) {
        int characters = 0;
        for (Message message : turn.getMessages()) {
            characters += message.getContent().length();
        }
        return 1 + characters / CHARACTERS;
    }

    private List<Integer> tokens(SplittableRandom random, int length) {
        List<Integer> tokens = new ArrayList<>(length);
        for (int i = 0; i < length; i++) {
            tokens.add(random.nextInt(config.vocabSize()));
        }
        return tokens;
    }
}
