/**
 * Commands on dead letters: lists them, shows one, writes rejected records back to where they came from. Knows the log and
 * no service.
 */
package io.marft.cli.letters;
