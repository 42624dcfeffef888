package io.marft.policy.token.jinja;

/**
 * What a name or a key that is not there evaluates to: empty when printed, looped over or tested, an error in all else.
 *
 * @param fault the error
 */
record Undefined(String fault) {

    static final Undefined NOTHING = new Undefined("the value is undefined");

    static Undefined attribute(Object owner, Object name) {
        return new Undefined("'" + Types.name(owner) + " object' has no "
                + (name instanceof Long ? "element " : "attribute ") + Text.repr(name));
    }

    TemplateException failure() {
        return new TemplateException(fault);
    }
}
