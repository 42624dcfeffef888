package io.marft.environments.arithmetic;

/**
 * One imperfect pupil's work, as the bundled model is pretrained on it.
 *
 * @param role whose work it is; its profile is the system message
 * @param question the user message, without what follows
 * @param said what the user message holds after the question: the words of each predecessor on a line of their own; empty
 *     for those without predecessors
 * @param output what the pupil wrote
 * @param problem the problem that it is about
 */
public record Demonstration(Role role, String question, String said, String output, Problem problem) {}
