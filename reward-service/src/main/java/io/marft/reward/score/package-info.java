/**
 * Scoring: references, actions and observations become rewards.
 *
 * <p>{@link io.marft.reward.score.Scoring} decides without Kafka; {@link io.marft.reward.score.ScoreService} runs it. Knows the
 * rooms {@code episode} and {@code verify}, and meets assembly on topics only.
 */
package io.marft.reward.score;
