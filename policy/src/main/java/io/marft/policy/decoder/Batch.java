package io.marft.policy.decoder;

import io.marft.policy.train.Sequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Sequences of about one length, padded on the right, and the places of the actions in them.
 *
 * <p>A row is one position of one sequence, {@code sequence * length + position}; the token behind that position is predicted
 * there. The number of rows is rounded up to a multiple of 16, for which the decoder's linear maps are fastest.
 *
 * @param sequences the places of these sequences among the caller's
 * @param length T, at least the length of the longest sequence
 * @param ids [B * T] token ids
 * @param rows [M] where each action token is predicted, sequence by sequence; then the first row again, up to the multiple
 * @param targets [m] the action tokens, m &lt;= M
 * @param starts [B] the place in {@code rows} of each sequence's first action token; its row is the prompt's last position
 */
record Batch(List<Integer> sequences, int length, long[] ids, long[] rows, long[] targets, long[] starts) {

    /** What the number of rows is a multiple of. */
    private static final int MULTIPLE = 16;

    /**
     * Cuts sequences into batches of at most {@code budget} padded tokens (at least one sequence each), longest first, so
     * that little is padding, and as even as the fewest batches can be, so that processors finish together. The same input
     * gives the same batches.
     */
    static List<Batch> cut(List<Sequence> all, int budget) {
        List<Integer> order = IntStream.range(0, all.size())
                .boxed()
                .sorted(Comparator.comparingInt((Integer i) -> -length(all.get(i)))
                        .thenComparing(i -> i))
                .toList();
        List<Batch> batches = new ArrayList<>();
        int from = 0;
        while (from < order.size()) {
            int left = order.size() - from;
            int most = Math.max(1, budget / length(all.get(order.get(from))));
            int count = (left + most - 1) / most;
            int to = from + (left + count - 1) / count;
            batches.add(of(all, order.subList(from, to)));
            from = to;
        }
        return batches;
    }

    /** The part of {@code values}, one for each target, that is of this batch's sequence {@code b}. */
    float[] slice(float[] values, int b) {
        int end = b + 1 < starts.length ? (int) starts[b + 1] : targets.length;
        return Arrays.copyOfRange(values, (int) starts[b], end);
    }

    /** How many tokens are read: the last action token is predicted, never read. */
    private static int length(Sequence sequence) {
        return sequence.prompt().length + sequence.action().length - 1;
    }

    private static Batch of(List<Sequence> all, List<Integer> sequences) {
        int size = sequences.size();
        int length = length(all.get(sequences.get(0)));
        while (size * length % MULTIPLE != 0) {
            length++;
        }
        int total = sequences.stream().mapToInt(i -> all.get(i).action().length).sum();
        long[] ids = new long[size * length];
        long[] rows = new long[(total + MULTIPLE - 1) / MULTIPLE * MULTIPLE];
        long[] targets = new long[total];
        long[] starts = new long[size];
        int next = 0;
        for (int b = 0; b < size; b++) {
            int[] prompt = all.get(sequences.get(b)).prompt();
            int[] action = all.get(sequences.get(b)).action();
            starts[b] = next;
            for (int i = 0; i < prompt.length; i++) {
                ids[b * length + i] = prompt[i];
            }
            for (int i = 0; i < action.length; i++) {
                int place = Math.addExact(b * length, prompt.length + i);
                if (i + 1 < action.length) {
                    ids[place] = action[i];
                }
                rows[next] = place - 1L;
                targets[next++] = action[i];
            }
        }
        Arrays.fill(rows, total, rows.length, rows[0]);
        return new Batch(List.copyOf(sequences), length, ids, rows, targets, starts);
    }
}
