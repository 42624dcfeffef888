/**
 * Prepares a cluster for a team: creates the catalogue's topics, checks those that are there, registers their schemas and
 * publishes the team. May run any number of times. Knows how to connect and how to read the log, and no service.
 */
package io.marft.streaming.provision;
