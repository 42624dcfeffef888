package io.marft.jinja.value;

/** A function, macro or bound method. */
@FunctionalInterface
public interface Callable {

    Object call(Arguments arguments);
}
