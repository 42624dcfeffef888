/**
 * The bundled environment's stream of exercises: opens training episodes of a task, keeps a bounded number of them open, and
 * rests while the trainer is behind. It knows topics and tasks, and no other service.
 *
 * <p>{@link io.marft.environments.feed.EnvironmentService} is the way in. {@link io.marft.environments.feed.Feed} is one life
 * of its clients, {@link io.marft.environments.feed.Cursor} is where it stands in the stream, and
 * {@link io.marft.environments.feed.Valve} is what makes it rest.
 */
package io.marft.environments.feed;
