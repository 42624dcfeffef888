/**
 * Plays episodes in process with the services' pure cores, without Kafka.
 */
package io.marft.experiment.game;
