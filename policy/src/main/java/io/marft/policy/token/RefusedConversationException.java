package io.marft.policy.token;

/** A conversation that the model's chat template does not take, such as one whose roles do not alternate. */
public final class RefusedConversationException extends IllegalArgumentException {

    /**
     * @param reason the template's own words
     */
    RefusedConversationException(String reason) {
        super("The model's chat template refuses the conversation: " + reason.replaceAll("\\R", " "));
    }
}
