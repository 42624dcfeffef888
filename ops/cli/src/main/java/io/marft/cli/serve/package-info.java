/**
 * Commands of a deployment: prepares a cluster, and runs one service on its own. Knows every service.
 */
package io.marft.cli.serve;
