/**
 * The router: observations and actions become turns, by the team's dependency function.
 *
 * <p>{@link io.marft.actor.routing.EpisodeRouting} decides without Kafka; {@link io.marft.actor.routing.RouterService} runs it.
 * Knows neither models nor adapters, and meets the agents that act on topics only.
 */
package io.marft.actor.routing;
