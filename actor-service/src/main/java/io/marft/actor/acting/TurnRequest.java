package io.marft.actor.acting;

import io.marft.policy.generate.GenerationRequest;
import io.marft.policy.generate.Sampling;
import io.marft.policy.token.ChatMessage;
import io.marft.policy.token.Prompts;
import io.marft.schemas.record.Turn;

/** Makes of a turn what a model is asked for. The contract's sampling becomes the policy's here, and nowhere else. */
public final class TurnRequest {

    private TurnRequest() {}

    /**
     * The request that a turn stands for.
     *
     * @param prompts of the model that is to answer
     * @throws IllegalArgumentException if the model's chat template refuses the turn's messages, or there is no such sampling
     * @throws io.marft.policy.checkpoint.CheckpointException if the chat template fails
     */
    public static GenerationRequest of(Turn turn, Prompts prompts) {
        int[] prompt = prompts.encode(turn.getMessages().stream()
                .map(message -> new ChatMessage(message.getRole(), message.getContent()))
                .toList());
        return new GenerationRequest(prompt, sampling(turn.getSampling()), turn.getSeed());
    }

    private static Sampling sampling(io.marft.schemas.record.Sampling given) {
        return new Sampling(
                given.getTemperature(),
                given.getTopK(),
                given.getTopP(),
                given.getMinP(),
                given.getMaxNewTokens(),
                given.getStopTokens(),
                given.getStop());
    }
}
