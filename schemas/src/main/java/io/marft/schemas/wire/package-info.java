/**
 * Records as bytes: on topics (Confluent's wire format), in state stores, in dead letters, and cut into chunks. Only this
 * package asks a schema registry for what a record needs, and it says whose fault it is that bytes are no record. Knows
 * the records, the catalogue and digests.
 */
package io.marft.schemas.wire;
