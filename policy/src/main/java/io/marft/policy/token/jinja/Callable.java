package io.marft.policy.token.jinja;

/** A function, macro or bound method. */
@FunctionalInterface
interface Callable {

    Object call(Arguments arguments);
}
