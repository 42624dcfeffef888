package io.marft.environments.arithmetic;

/**
 * The work of one imperfect pupil, as the bundled model is pretrained on it.
 *
 * @param pupil whose work it is; its profile is the system message
 * @param question the first part of the user message
 * @param said the rest of the user message: the words of each predecessor on a line of their own; empty for pupils without
 *     predecessors
 * @param output what the pupil wrote
 * @param problem the problem that it is about
 */
public record Demonstration(Pupil pupil, String question, String said, String output, Problem problem) {}
