/**
 * The trainer service: MARFT's updates from trajectories, and their publication.
 *
 * <p>This package has what all rooms need to check their values. It knows no other room.
 */
package io.marft.trainer;
