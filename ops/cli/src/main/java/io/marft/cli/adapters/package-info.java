/**
 * Commands that write an agent's adapter as a PEFT directory and take one into training. Knows the trainer's log.
 */
package io.marft.cli.adapters;
