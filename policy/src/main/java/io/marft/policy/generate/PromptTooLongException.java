package io.marft.policy.generate;

/** Says that a prompt leaves too little room in the model's context. */
public final class PromptTooLongException extends IllegalArgumentException {

    /**
     * Makes the message.
     *
     * @param prompt tokens of the prompt
     * @param newTokens tokens that were to follow it
     * @param context tokens that the model can read
     */
    public PromptTooLongException(int prompt, int newTokens, int context) {
        super("Prompt of " + prompt + " tokens and " + newTokens + " new ones exceed the model's context of " + context
                + ": shorten the prompt or maxNewTokens");
    }
}
