package io.marft.environments.task;

/**
 * A question with its answer key.
 *
 * @param question what agents may see
 * @param answer the answer key, in the form that the verifier expects; agents never see it
 * @param verifier the name of the verifier that judges answers by the key
 */
public record Exercise(String question, String answer, String verifier) {}
