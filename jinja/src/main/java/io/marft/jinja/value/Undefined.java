package io.marft.jinja.value;

/**
 * The value of a name or a key that does not exist: it is empty when it is printed, looped over or tested, and an error in all
 * other uses.
 *
 * @param fault the error's message
 */
public record Undefined(String fault) {

    public static final Undefined NOTHING = new Undefined("the value is undefined");

    public static Undefined attribute(Object owner, Object name) {
        return new Undefined("'" + Types.name(owner) + " object' has no "
                + (name instanceof Long ? "element " : "attribute ") + Text.repr(name));
    }

    public TemplateException failure() {
        return new TemplateException(fault);
    }
}
