/**
 * An episode's steps, decided once for scoring and for assembly: which have begun, how far each is, and where they end.
 *
 * <p>Pure. Knows the contract's rule ({@link io.marft.schemas.team.TeamSteps}) and nothing of Kafka or of the other rooms.
 */
package io.marft.reward.episode;
