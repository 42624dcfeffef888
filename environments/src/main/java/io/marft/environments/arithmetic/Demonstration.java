package io.marft.environments.arithmetic;

/**
 * One imperfect pupil's work, as the bundled model is pretrained on it.
 *
 * @param role whose work it is; its profile is the system message
 * @param observation the user message: the question, and for an actor the reasoner's plan under it
 * @param output what the pupil wrote
 * @param problem the problem that it is about
 */
public record Demonstration(Role role, String observation, String output, Problem problem) {}
