/**
 * The critic: a multilayer perceptron on the frozen base model's last hidden state. Knows neither episodes nor objectives.
 */
package io.marft.trainer.critic;
