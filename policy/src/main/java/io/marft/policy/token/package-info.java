/**
 * Between text and token ids: tokenizers, chat templates, and both together as {@link io.marft.policy.token.Prompts}. It reads no
 * weights, and knows neither adapters nor decoders.
 */
package io.marft.policy.token;
