/**
 * How this system reaches a Kafka cluster and a schema registry: addresses, the properties of each kind of client, and
 * which properties a user may set.
 *
 * <p>{@link ClientSettings} is the way in. This package knows the contract ({@code io.marft.schemas}), the clients of Kafka,
 * of Kafka Streams and of the registry, and no other package of this module.
 */
package io.marft.streaming.connect;
