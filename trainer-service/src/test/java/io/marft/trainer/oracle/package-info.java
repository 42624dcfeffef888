/**
 * The learning's mathematics a second time, in float64 and straight from its definitions: closed sums where production
 * runs recursions, cases where it takes minima, differences where it has derivatives. It shares no code with production
 * and is slow, so that the two can be wrong together only if their source is.
 */
package io.marft.trainer.oracle;
