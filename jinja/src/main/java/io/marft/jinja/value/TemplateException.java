package io.marft.jinja.value;

/** A template that cannot be parsed, or that fails while it renders; the message is one line. */
public final class TemplateException extends RuntimeException {

    private final boolean placed;

    /** A fault at a place still unknown, to which {@link #at} adds it. */
    public TemplateException(String fault) {
        this(fault, false);
    }

    private TemplateException(String fault, boolean placed) {
        super(fault.replace("\n", "\\n"));
        this.placed = placed;
    }

    /** The same fault with the line of the template, unless it names one already. */
    public TemplateException at(int line) {
        return placed ? this : new TemplateException("line " + line + ": " + getMessage(), true);
    }
}
