package io.marft.environments.arithmetic;

/**
 * One imperfect pupil's work, as the bundled model is pretrained on it.
 *
 * @param role whose work it is; its profile is the system message
 * @param question the user message, without what follows
 * @param plan what an actor's user message holds after the question: the reasoner's plan on a line of its own; else empty
 * @param output what the pupil wrote
 * @param problem the problem that it is about
 */
public record Demonstration(Role role, String question, String plan, String output, Problem problem) {}
