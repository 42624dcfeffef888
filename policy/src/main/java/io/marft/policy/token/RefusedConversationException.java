package io.marft.policy.token;

/** Says that a model's chat template does not take a conversation, for instance because its roles do not alternate. */
public final class RefusedConversationException extends IllegalArgumentException {

    /**
     * @param reason the template's own words
     */
    RefusedConversationException(String reason) {
        super("The model's chat template refuses the conversation: " + reason.replaceAll("\\R", " "));
    }
}
