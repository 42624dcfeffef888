/**
 * The local stack: a broker in this process, a registry beside it, and all services, on one data directory. Knows every
 * service; only the command line and the benchmarks know it.
 */
package io.marft.local;
