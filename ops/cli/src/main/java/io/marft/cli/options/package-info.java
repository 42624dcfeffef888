/**
 * Options that several commands share, as picocli mixins: which cluster, which team, which model, how to train. Turns them
 * into the settings of services. Knows no command.
 */
package io.marft.cli.options;
