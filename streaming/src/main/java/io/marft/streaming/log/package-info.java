/**
 * Reading the log by place. {@link io.marft.streaming.log.LogReader} is the one reader: from the beginning to the present
 * end, the last records of a topic, and what comes from now on. {@link io.marft.streaming.log.LogRecords} gives records'
 * values instead of their bytes, and {@link io.marft.streaming.log.TeamLog} the versions of one team.
 *
 * <p>Only committed records are read, outside of any consumer group. The room knows how a cluster is reached
 * ({@code connect}) and nothing of what is done with a record.
 */
package io.marft.streaming.log;
