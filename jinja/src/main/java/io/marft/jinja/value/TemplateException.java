package io.marft.jinja.value;

/** Says in one line why a template cannot be parsed, or why it failed while it rendered. */
public final class TemplateException extends RuntimeException {

    private final boolean placed;

    /** A fault whose place is still unknown; {@link #at} adds it. */
    public TemplateException(String fault) {
        this(fault, false);
    }

    private TemplateException(String fault, boolean placed) {
        super(fault.replace("\n", "\\n"));
        this.placed = placed;
    }

    /** This fault with a line of the template, unless it names one already. */
    public TemplateException at(int line) {
        return placed ? this : new TemplateException("line " + line + ": " + getMessage(), true);
    }
}
