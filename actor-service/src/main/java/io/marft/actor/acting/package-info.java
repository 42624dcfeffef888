/**
 * Agents at work: their turns, what a policy answers to each, and the transaction that writes actions. It knows policies and
 * adapters in use, and nothing of how turns were routed.
 */
package io.marft.actor.acting;
