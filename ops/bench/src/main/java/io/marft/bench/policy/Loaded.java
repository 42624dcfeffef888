package io.marft.bench.policy;

/**
 * A model in a measuring process, right after it was loaded. Memory is anonymous memory of the process; 0 where the
 * operating system does not say.
 *
 * @param device where it runs, such as {@code cpu} or {@code cuda:0}
 * @param dtype type of its weights
 * @param weightBytes its tensors' size on disk
 * @param anonymousBefore before anything was loaded: Java without libtorch
 * @param anonymousAfter after it was loaded
 * @param anonymousPeak the most while it was loaded
 */
public record Loaded(
        String device, String dtype, long weightBytes, long anonymousBefore, long anonymousAfter, long anonymousPeak) {

    /** The most anonymous memory of the whole process while it loaded, in sizes of the weights on disk. */
    public double timesWeights() {
        return (double) anonymousPeak / weightBytes;
    }
}
