package io.marft.policy.decoder;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Sequences of about one length, padded on the right, and where in them the actions are.
 *
 * <p>A row is one position of one sequence: {@code sequence * length + position}. The token after it is predicted there.
 * Numbers of rows are filled up to multiples of 16, which the decoder's linear maps like.
 *
 * @param sequences which of the caller's sequences these are
 * @param length T, at least that of the longest
 * @param ids [B * T] token ids
 * @param rows [M] where each action token is predicted, sequence by sequence; then the first row again, to fill up
 * @param targets [m] the action tokens, m &lt;= M
 * @param starts [B] index in {@code rows} of each sequence's first action token; its row is the prompt's last position
 */
record Batch(List<Integer> sequences, int length, long[] ids, long[] rows, long[] targets, long[] starts) {

    private static final int MULTIPLE = 16;

    /**
     * Cuts sequences into batches of at most {@code budget} padded tokens (at least one sequence each), longest first, so
     * that little is padding, and as even as the fewest batches can be, so that processors finish together. The same input
     * gives the same batches.
     */
    static List<Batch> cut(List<int[]> prompts, List<int[]> actions, int budget) {
        List<Integer> order = IntStream.range(0, prompts.size())
                .boxed()
                .sorted(Comparator.comparingInt((Integer i) -> -length(prompts, actions, i))
                        .thenComparing(i -> i))
                .toList();
        List<Batch> batches = new ArrayList<>();
        int from = 0;
        while (from < order.size()) {
            int left = order.size() - from;
            int most = Math.max(1, budget / length(prompts, actions, order.get(from)));
            int count = (left + most - 1) / most;
            int to = from + (left + count - 1) / count;
            batches.add(of(prompts, actions, order.subList(from, to)));
            from = to;
        }
        return batches;
    }

    /** The values of sequence {@code b} of this batch, out of one value for each target. */
    float[] slice(float[] values, int b) {
        int end = b + 1 < starts.length ? (int) starts[b + 1] : targets.length;
        return Arrays.copyOfRange(values, (int) starts[b], end);
    }

    /** The last action token is predicted, never read. */
    private static int length(List<int[]> prompts, List<int[]> actions, int i) {
        return prompts.get(i).length + actions.get(i).length - 1;
    }

    private static Batch of(List<int[]> prompts, List<int[]> actions, List<Integer> sequences) {
        int size = sequences.size();
        int length = length(prompts, actions, sequences.get(0));
        while (size * length % MULTIPLE != 0) {
            length++;
        }
        int total = sequences.stream().mapToInt(i -> actions.get(i).length).sum();
        long[] ids = new long[size * length];
        long[] rows = new long[(total + MULTIPLE - 1) / MULTIPLE * MULTIPLE];
        long[] targets = new long[total];
        long[] starts = new long[size];
        int next = 0;
        for (int b = 0; b < size; b++) {
            int[] prompt = prompts.get(sequences.get(b));
            int[] action = actions.get(sequences.get(b));
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
