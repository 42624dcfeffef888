package io.marft.environments.task;

/** A task as anybody may bring one: it is on the tests' class path only. */
public final class CountingTask implements Task {

    @Override
    public String name() {
        return "counting";
    }

    @Override
    public Exercise training(long seed, long index) {
        return after(2 * index);
    }

    @Override
    public Exercise heldOut(long seed, long index) {
        return after(2 * index + 1);
    }

    private static Exercise after(long number) {
        return new Exercise("What comes after " + number + "?", Long.toString(number + 1), "boxed");
    }
}
