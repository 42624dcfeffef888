/**
 * What a user can set: one table of settings ({@link io.marft.cli.settings.Settings}), the sources that they come from
 * (command line, environment, settings file), and {@code marft config}, which shows what is in force. Help texts and the
 * pages under {@code docs/reference} are made from the same table. Knows no command but its own.
 */
package io.marft.cli.settings;
