/**
 * Assembly: an episode's observations, actions and rewards become its trajectory.
 *
 * <p>{@link io.marft.reward.assemble.Assembly} decides without Kafka; {@link io.marft.reward.assemble.AssembleService} runs it.
 * Knows the room {@code episode}, and meets scoring on topics only.
 */
package io.marft.reward.assemble;
