/**
 * The command line's entry: reads what was called, checks its settings, runs one command and ends with its status. Knows the
 * rooms of all commands; none of them knows it.
 */
package io.marft.cli;
