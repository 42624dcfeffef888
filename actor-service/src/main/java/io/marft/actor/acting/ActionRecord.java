package io.marft.actor.acting;

import io.marft.actor.adapters.VersionedAdapter;
import io.marft.policy.generate.Generation;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.FinishReason;
import io.marft.schemas.record.Turn;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** Makes the record of an action out of a turn and what a policy generated for it. */
public final class ActionRecord {

    private ActionRecord() {}

    /**
     * The action that answers a turn: what was said, and everything that it takes to say it again or to learn from it.
     *
     * @param adapter what the agent acted with
     * @param baseModelDigest digest of the model below the adapter
     * @param prompt token ids that the turn became
     * @param generation what followed them
     * @param text the generation's text, special tokens left out
     * @param createdAt when it was generated; kept to the millisecond
     */
    public static Action of(
            Turn turn,
            VersionedAdapter adapter,
            String baseModelDigest,
            int[] prompt,
            Generation generation,
            String text,
            Instant createdAt) {
        return Action.newBuilder()
                .setEpisode(turn.getEpisode())
                .setStep(turn.getStep())
                .setAgent(turn.getAgent())
                .setTeam(turn.getTeam())
                .setTeamVersion(turn.getTeamVersion())
                .setPurpose(turn.getPurpose())
                .setAdapterVersion(adapter.version())
                .setAdapterDigest(adapter.digest())
                .setBaseModelDigest(baseModelDigest)
                .setPromptTokens(boxed(prompt))
                .setOutputTokens(boxed(generation.tokens()))
                .setLogProbs(boxed(generation.logProbs()))
                .setText(text)
                .setFinishReason(generation.ended() ? FinishReason.STOP : FinishReason.LENGTH)
                .setSampling(turn.getSampling())
                .setSeed(turn.getSeed())
                .setCreatedAt(createdAt.truncatedTo(ChronoUnit.MILLIS))
                .build();
    }

    private static List<Integer> boxed(int[] values) {
        List<Integer> boxed = new ArrayList<>(values.length);
        for (int value : values) {
            boxed.add(value);
        }
        return boxed;
    }

    private static List<Float> boxed(float[] values) {
        List<Float> boxed = new ArrayList<>(values.length);
        for (float value : values) {
            boxed.add(value);
        }
        return boxed;
    }
}
