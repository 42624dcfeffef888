package io.marft.environments.task;

import io.marft.schemas.catalogue.ByName;

/**
 * The table of tasks. A task is a public class that implements {@link Task}, and one line with its name in
 * {@code META-INF/services/io.marft.environments.task.Task}: here for those that come with marft, in a jar on the class
 * path for anybody's own.
 */
public final class Tasks {

    /** The name of the bundled task, which is asked where nobody names another. */
    public static final String BUNDLED = "arithmetic";

    private Tasks() {}

    /**
     * The task of that name.
     *
     * @throws IllegalArgumentException if no task on the class path has it, one cannot be used, or two have the same name
     */
    public static Task named(String name) {
        return ByName.onClassPath(Task.class, "task", Task::name).get(name);
    }
}
