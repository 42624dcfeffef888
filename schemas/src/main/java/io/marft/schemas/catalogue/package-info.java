/**
 * Everything that has a name on a cluster, each named once: topics with what they hold and how they are kept, the groups,
 * transactional ids and applications of clients, the roles of services, and what each role is allowed. Knows the
 * records, and Kafka's types for rights; no service makes a name of its own.
 */
package io.marft.schemas.catalogue;
