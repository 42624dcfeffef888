package io.marft.policy.generate;

import io.marft.policy.checkpoint.ModelConfig;

/**
 * What a model can read: token ids of its vocabulary, and no more of them than it has positions.
 *
 * @param vocabulary number of token ids
 * @param positions the longest sequence, prompt and output together, in tokens
 */
public record Context(int vocabulary, int positions) {

    /** The context of a model. */
    public static Context of(ModelConfig model) {
        return new Context(model.vocabSize(), model.maxPositions());
    }

    /**
     * Checks that a request can be begun.
     *
     * @throws PromptTooLongException if the prompt and its new tokens exceed the context
     * @throws IllegalArgumentException if the prompt is empty, or holds an id that is not in the vocabulary
     */
    public void check(GenerationRequest request) {
        checkTokens("Prompt", request.prompt());
        checkLength(request.prompt().length, request.sampling().maxNewTokens());
    }

    /**
     * Checks that a prompt and the action that followed it can be scored.
     *
     * @throws PromptTooLongException if both together exceed the context
     * @throws IllegalArgumentException if one is empty, or holds an id that is not in the vocabulary
     */
    public void check(int[] prompt, int[] action) {
        checkTokens("Prompt", prompt);
        checkTokens("Action", action);
        checkLength(prompt.length, action.length);
    }

    private void checkLength(int prompt, int newTokens) {
        if (newTokens > positions - prompt) { // Their sum could overflow.
            throw new PromptTooLongException(prompt, newTokens, positions);
        }
    }

    private void checkTokens(String what, int[] tokens) {
        if (tokens.length == 0) {
            throw new IllegalArgumentException(what + " must have at least one token, got none");
        }
        for (int token : tokens) {
            if (token < 0 || token >= vocabulary) {
                throw new IllegalArgumentException(
                        what + " token must be from 0 to " + (vocabulary - 1) + ", got: " + token);
            }
        }
    }
}
