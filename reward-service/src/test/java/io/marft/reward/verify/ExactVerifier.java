package io.marft.reward.verify;

/** A verifier as anybody may bring one: it is on the tests' class path only. */
public final class ExactVerifier implements Verifier {

    @Override
    public String name() {
        return "exact";
    }

    @Override
    public String version() {
        return "7";
    }

    @Override
    public double verdict(String answer, String reference) {
        return answer.equals(reference) ? 1 : 0;
    }
}
