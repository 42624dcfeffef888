package io.marft.policy.checkpoint;

/**
 * Rotary positions. At position p, pair i of a head is turned by the angle p · rate(i).
 *
 * @param theta base of the rates: rate(i) = theta^(-2i / head size), before scaling
 * @param scaling how the rates are changed for contexts longer than those of pretraining
 */
public record Rotary(double theta, Scaling scaling) {

    /** @throws IllegalArgumentException if the base is not a positive number */
    public Rotary {
        positive("rope_theta", theta);
    }

    /** Rotary positions whose rates are not scaled. */
    public static Rotary plain(double theta) {
        return new Rotary(theta, new Unscaled());
    }

    /** How the rates are changed. */
    public sealed interface Scaling {
        /** The rate to use instead of {@code rate}. */
        float apply(float rate);
    }

    /** Leaves the rates as they are: {@code rope_type} default. */
    public record Unscaled() implements Scaling {
        @Override
        public float apply(float rate) {
            return rate;
        }
    }

    /**
     * Divides all rates: {@code rope_type} linear.
     *
     * @param factor how many times longer contexts get
     */
    public record Linear(double factor) implements Scaling {
        /** @throws IllegalArgumentException if the factor is not a positive number */
        public Linear {
            positive("rope factor", factor);
        }

        @Override
        public float apply(float rate) {
            return rate / (float) factor;
        }
    }

    /**
     * Divides slow rates, keeps fast ones, and interpolates between them: {@code rope_type} llama3.
     *
     * @param factor divides rates whose wave is longer than {@code originalPositions / lowFrequency}
     * @param lowFrequency {@code low_freq_factor}
     * @param highFrequency {@code high_freq_factor}: waves shorter than {@code originalPositions / highFrequency} stay
     * @param originalPositions context of pretraining
     */
    public record Llama3(double factor, double lowFrequency, double highFrequency, int originalPositions)
            implements Scaling {
        /** @throws IllegalArgumentException if a number is not positive, or the bounds are out of order */
        public Llama3 {
            positive("rope factor", factor);
            positive("low_freq_factor", lowFrequency);
            positive("original_max_position_embeddings", originalPositions);
            if (!(highFrequency > lowFrequency) || Double.isInfinite(highFrequency)) {
                throw new IllegalArgumentException(
                        "high_freq_factor=" + highFrequency + " must exceed low_freq_factor=" + lowFrequency);
            }
        }

        @Override
        public float apply(float rate) {
            float wave = 1 / rate * (float) (2 * Math.PI);
            if (wave < (float) (originalPositions / highFrequency)) {
                return rate;
            }
            if (wave > (float) (originalPositions / lowFrequency)) {
                return rate / (float) factor;
            }
            float kept = (1 / wave * originalPositions - (float) lowFrequency) / (float) (highFrequency - lowFrequency);
            return (1 - kept) * rate / (float) factor + kept * rate;
        }
    }

    /**
     * The rate of each pair, in radians a position, [headSize / 2].
     *
     * <p>They are rounded to float32 after each operation, as transformers does ({@code modeling_rope_utils.py}): at
     * position 4,000 one bit of a rate is an angle of 2e-4.
     */
    public double[] rates(int headSize) {
        double[] rates = new double[headSize / 2];
        for (int i = 0; i < rates.length; i++) {
            float power = (float) Math.pow((float) theta, 2f * i / headSize);
            rates[i] = scaling.apply(1 / power);
        }
        return rates;
    }

    private static void positive(String name, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(name + " must be positive, got: " + value);
        }
    }
}
