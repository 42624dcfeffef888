package io.marft.environments.task;

/**
 * An endless source of exercises of two kinds that never meet. Implementations are pure functions: the same seed and
 * index give the same exercise for ever, in every process.
 *
 * @see Tasks
 */
public interface Task {

    /** The name by which it is asked for, and by which records say where they come from; no other task has it. */
    String name();

    /**
     * An exercise to learn from.
     *
     * @param seed names the stream
     * @param index place in the stream, from 0
     */
    Exercise training(long seed, long index);

    /**
     * An exercise to measure with; none of them is ever a {@link #training} exercise.
     *
     * @param seed names the stream
     * @param index place in the stream, from 0
     */
    Exercise heldOut(long seed, long index);
}
