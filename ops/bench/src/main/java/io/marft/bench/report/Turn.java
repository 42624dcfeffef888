package io.marft.bench.report;

/**
 * One repetition.
 *
 * @param tokensPerSecond of all its time, prompts' passes included
 * @param laterTokensPerSecond the sum over requests of their tokens per second after their first token; 0 if they have
 *     no later ones, and in training
 * @param cpuShare the part of its threads' time that it really got: on a busy machine it is low
 */
public record Turn(double tokensPerSecond, double laterTokensPerSecond, double cpuShare) {}
