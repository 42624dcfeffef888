package io.marft.kernels;

/**
 * The JDK's module {@code jdk.incubator.vector}, brought into a JVM that runs.
 *
 * <p>{@code --add-modules} would do it at the start, but then the JVM writes a line about incubator modules to standard
 * error, which nothing turns off, before the first line of whatever command was called. The JDK has a way of its own to add
 * one of its modules later, by which it loads what a debugger or an agent needs: {@code jdk.internal.module.Modules}. The
 * module comes from the same loader and is compiled the same way, and no line is written. The package is closed to us
 * unless the JVM was started with {@code --add-exports java.base/jdk.internal.module=ALL-UNNAMED}, as {@code marft} starts
 * all that decode. Where this way is closed, or a later JDK has it no more, models are decoded by libtorch.
 */
final class VectorModule {

    private static final String NAME = "jdk.incubator.vector";

    private static final boolean LOADED = load();

    private VectorModule() {}

    /** Whether this JVM has the module; the first call loads it. */
    static boolean loaded() {
        return LOADED;
    }

    private static boolean load() {
        if (ModuleLayer.boot().findModule(NAME).isPresent()) {
            return true;
        }
        try {
            Class.forName("jdk.internal.module.Modules")
                    .getMethod("loadModule", String.class)
                    .invoke(null, NAME);
            return true;
        } catch (ReflectiveOperationException e) {
            return false; // The package is closed, this JDK has it no more, or it lacks the module.
        }
    }
}
