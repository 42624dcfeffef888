/**
 * Parts that the topologies of all Kafka Streams services have in common: nodes that decode, encode and write dead letters,
 * the store of teams, the wait for a team, and the deadlines of episodes.
 *
 * <p>{@link TopologyParts} puts them together. This package knows the contract ({@code io.marft.schemas}) and Kafka Streams.
 * It knows no connection and no service: a topology that is made of it runs in Kafka's {@code TopologyTestDriver}.
 */
package io.marft.streaming.topology;
