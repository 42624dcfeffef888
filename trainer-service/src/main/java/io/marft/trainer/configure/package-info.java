/**
 * The settings of training: what may be set, its defaults and limits, and the file that sets it. Knows the objective's and
 * the optimizer's constants, no state and no Kafka client.
 */
package io.marft.trainer.configure;
