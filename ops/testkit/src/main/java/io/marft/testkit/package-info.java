/**
 * What tests of several modules share: a Kafka cluster in the test's process, services in processes of their own that can
 * be killed and frozen, a source of episodes, and a deployment's topics as lists of records. Kafka's test kit, an internal
 * API, is known to one class only.
 */
package io.marft.testkit;
