package io.marft.jinja.library;

/** Says that a template refuses a conversation by {@code raise_exception}: the template itself is sound. */
public final class TemplateRefusal extends RuntimeException {

    TemplateRefusal(String reason) {
        super(reason);
    }
}
