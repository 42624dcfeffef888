package io.marft.cli.lab;

import io.marft.environments.arithmetic.Demonstration;
import io.marft.environments.arithmetic.Demonstrations;
import io.marft.environments.arithmetic.Pupil;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.pretrain.RateSchedule;
import io.marft.policy.token.CharacterTokenizer;
import io.marft.policy.train.Sequence;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * How the bundled model is made: its shape, and the demonstrations of each step of its pretraining.
 *
 * <p>Demonstrations come in windows of {@value #WINDOW} batches. Within a window they are sorted by length before they are
 * cut into batches, so that little is spent on padding, and the batches are shuffled. Not to be shared by threads.
 */
final class BundledModel {

    static final int BATCH = 32;
    static final int WINDOW = 20;
    static final int MAX_POSITIONS = 192;

    private final long seed;
    private final Encoder encoder;
    private int window = -1;
    private List<List<Sequence>> batches = List.of();

    /** Text to token ids; special tokens in the text become their ids. */
    @FunctionalInterface
    interface Encoder {
        int[] encode(String text);
    }

    /** @param seed of the demonstrations */
    BundledModel(long seed, Encoder encoder) {
        this.seed = seed;
        this.encoder = encoder;
    }

    static ModelConfig config() {
        return ModelConfig.qwen2(
                128,
                4,
                4,
                2,
                384,
                CharacterTokenizer.vocabulary().size(),
                1e-6,
                10_000,
                MAX_POSITIONS,
                true,
                List.of(CharacterTokenizer.END),
                CharacterTokenizer.PAD);
    }

    static RateSchedule schedule(int steps) {
        return RateSchedule.of(steps);
    }

    /** The examples of one step, counted from 0: a pure function of seed and step. */
    List<Sequence> batch(int step) {
        if (step / WINDOW != window) {
            window = step / WINDOW;
            batches = window(window);
        }
        return batches.get(step % WINDOW);
    }

    private List<List<Sequence>> window(int window) {
        List<Sequence> examples = new ArrayList<>();
        for (int i = 0; i < BATCH * WINDOW; i++) {
            examples.add(example(Demonstrations.demonstration(seed, (long) window * BATCH * WINDOW + i)));
        }
        examples.sort(Comparator.comparingInt(example -> example.prompt().length + example.action().length));
        List<List<Sequence>> cut = new ArrayList<>();
        for (int i = 0; i < WINDOW; i++) {
            cut.add(List.copyOf(examples.subList(i * BATCH, (i + 1) * BATCH)));
        }
        Collections.shuffle(cut, new Random(seed * 1_000_003 + window));
        return cut;
    }

    /**
     * The loss is on all that follows the question: on the output, and before it also on what predecessors said. Only
     * judges learn from their output alone, or else it would be drowned by the two works before it.
     */
    Sequence example(Demonstration shown) {
        boolean judge = shown.pupil() == Pupil.JUDGE;
        String given = "<|system|>" + shown.pupil().profile() + "<|user|>" + shown.question();
        String learned = "<|assistant|>" + shown.output() + "<|end|>";
        return new Sequence(
                encoder.encode(judge ? given + shown.said() : given),
                encoder.encode(judge ? learned : shown.said() + learned));
    }
}
