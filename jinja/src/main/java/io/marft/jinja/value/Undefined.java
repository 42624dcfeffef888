package io.marft.jinja.value;

/**
 * What a name or a key that is not there evaluates to: empty when printed, looped over or tested, an error in all else.
 *
 * @param fault the error
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
