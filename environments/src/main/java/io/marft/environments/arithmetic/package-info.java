/**
 * The bundled task: word problems with numbers up to 99, and the imperfect work of pupils on which the bundled model is
 * pretrained.
 *
 * <p>Pure. Knows the room {@code task} and nothing else of marft.
 */
package io.marft.environments.arithmetic;
