/**
 * Commands that run the whole system on this machine: {@code up}, {@code demo} and {@code ask}. Knows the local stack and
 * what it is measured by.
 */
package io.marft.cli.stack;
