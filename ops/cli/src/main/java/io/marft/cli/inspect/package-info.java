/**
 * Commands that look at a deployment and change nothing: its topics, who may use them, how far services are behind, the
 * records themselves, and whether training can be computed again from them.
 */
package io.marft.cli.inspect;
