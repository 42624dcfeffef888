/**
 * Prepares a cluster for a team: creates the catalogue's topics, checks those that are there, registers their schemas and
 * publishes the team. May run any number of times. Looks at the topics of a running service, too. Knows how to connect and how
 * to read the log, what a service's life is, and no service.
 */
package io.marft.streaming.provision;
