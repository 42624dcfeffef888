package io.marft.jinja.library;

/** What a template says by {@code raise_exception}: it works, and refuses the conversation. */
public final class TemplateRefusal extends RuntimeException {

    TemplateRefusal(String reason) {
        super(reason);
    }
}
