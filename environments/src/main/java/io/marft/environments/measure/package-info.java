/**
 * Held-out measurement of a team in service: asks exercises that training never uses, and publishes how many were answered
 * rightly.
 */
package io.marft.environments.measure;
