package io.marft.bench.report;

/**
 * What a process came to need of the machine's memory; a GPU's is not in it. 0 where the operating system does not say.
 *
 * @param anonymousPeak bytes that no file backs, sampled
 * @param residentPeak all resident bytes, mapped files included
 */
public record Memory(long anonymousPeak, long residentPeak) {}
