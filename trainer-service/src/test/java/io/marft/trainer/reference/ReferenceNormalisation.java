package io.marft.trainer.reference;

/**
 * The reference's normalisation: (A − mean) / (standard deviation + 1e-8), over the population of one minibatch and all
 * agents. Advantages that are exactly 0 are left out of mean and deviation, because the reference's arrays are padded
 * with zeros, but are shifted like the rest.
 *
 * <p>Agents whose advantages differ in scale so get steps of different sizes, and a minibatch's make-up moves its mean.
 * MARFT here normalises each agent's advantages by itself unless told otherwise.
 *
 * @param mean of the advantages other than 0
 * @param deviation their standard deviation
 */
public record ReferenceNormalisation(double mean, double deviation) {

    private static final double EPSILON = 1e-8;

    /**
     * Takes mean and deviation. Where all advantages are 0 they are 0 too, and so is what is normalised with them; the
     * reference has NaN there, which would end a run.
     *
     * @param advantages of a minibatch and all agents, one for each action or action token
     */
    public static ReferenceNormalisation over(double[] advantages) {
        int count = 0;
        double sum = 0;
        for (double advantage : advantages) {
            if (advantage != 0) {
                count++;
                sum += advantage;
            }
        }
        if (count == 0) {
            return new ReferenceNormalisation(0, 0);
        }
        double mean = sum / count;
        double squares = 0;
        for (double advantage : advantages) {
            if (advantage != 0) {
                squares += (advantage - mean) * (advantage - mean);
            }
        }
        return new ReferenceNormalisation(mean, Math.sqrt(squares / count));
    }

    /** One advantage, normalised. */
    public double of(double advantage) {
        return (advantage - mean) / (deviation + EPSILON);
    }

    /** Advantages, normalised; those given are left as they are. */
    public double[] of(double[] advantages) {
        double[] normalised = new double[advantages.length];
        for (int i = 0; i < advantages.length; i++) {
            normalised[i] = of(advantages[i]);
        }
        return normalised;
    }
}
