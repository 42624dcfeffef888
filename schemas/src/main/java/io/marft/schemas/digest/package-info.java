/**
 * Little that stands for much: digests of bytes, and numbers whose every bit depends on every bit of another. Knows nothing
 * else of this system.
 */
package io.marft.schemas.digest;
