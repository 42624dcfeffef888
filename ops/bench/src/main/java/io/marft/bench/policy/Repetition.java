package io.marft.bench.policy;

import io.marft.bench.report.Spent;
import io.marft.bench.report.Turn;

/** One measured piece of work. */
@FunctionalInterface
interface Repetition {

    /** Does the work; the tokens per second of requests after their first token, or 0. */
    double run();

    /** Does the work and takes the time. */
    default Turn measure(int tokens, int threads) {
        double[] later = new double[1];
        Spent spent = Spent.on(() -> later[0] = run());
        return new Turn(tokens / spent.seconds(), later[0], spent.cpuShare(threads));
    }
}
