/**
 * MARFT's update: a pure function from state and episodes to the next state. It goes as the paper does: the frozen base's
 * pass, credit, the agents' turns one by one, the critic's turn, metrics. No Kafka.
 */
package io.marft.trainer.update;
