package io.marft.experiment.run;

/**
 * A point of a learning curve.
 *
 * @param tokens how many tokens the run had generated in training
 * @param update how many updates it had made
 * @param accuracy share of the curve's held-out problems answered rightly, from 0 to 1
 */
public record Point(long tokens, long update, double accuracy) {}
