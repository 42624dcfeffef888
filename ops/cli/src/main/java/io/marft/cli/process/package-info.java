/**
 * What every command needs of the process that it runs in: signals, the log, progress on a terminal, and failures in one
 * line. Knows nothing of teams, topics or models.
 */
package io.marft.cli.process;
