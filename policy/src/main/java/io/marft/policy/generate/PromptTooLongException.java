package io.marft.policy.generate;

/** A prompt that leaves too little room in the model's context. */
public final class PromptTooLongException extends IllegalArgumentException {

    public PromptTooLongException(int prompt, int newTokens, int context) {
        super("Prompt of " + prompt + " tokens and " + newTokens + " new ones exceed the model's context of " + context
                + ": shorten the prompt or maxNewTokens");
    }
}
