/**
 * Commands on teams as they are on the log: applies a version, lists versions, shows one. Knows no service.
 */
package io.marft.cli.teams;
