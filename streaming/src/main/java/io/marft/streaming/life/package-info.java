/**
 * The life of a service: how it starts, what it does about errors, how it writes transactions, and how it stops.
 *
 * <p>A {@link Service} is a {@link StreamsService}, or a {@link ThreadedService} with a loop of its own. Both ask {@link
 * Trouble} what an error means. A loop waits and tries again by its {@link Patience}, and writes by {@link Transactions}.
 * {@link InstanceName} and {@link StaticMember} give a process its place among those of the same service.
 *
 * <p>This package knows the contract ({@code io.marft.schemas}), Kafka and Kafka Streams. It knows neither topics nor records
 * nor what any service does.
 */
package io.marft.streaming.life;
