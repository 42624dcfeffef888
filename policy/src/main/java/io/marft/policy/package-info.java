/**
 * The language model: {@link io.marft.policy.LanguageModel} puts the rooms below together. Nothing of this module knows Kafka,
 * records or teams; whoever serves or trains agents comes to it with token ids, conversations and adapters.
 */
package io.marft.policy;
