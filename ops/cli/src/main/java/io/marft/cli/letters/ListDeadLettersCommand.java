package io.marft.cli.letters;

import io.marft.cli.letters.LetterLog.Placed;
import io.marft.cli.options.ClusterOptions;
import io.marft.schemas.record.DeadLetter;
import io.marft.streaming.connect.ClientSettings;
import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists dead letters, or counts them. */
@Command(
        name = "list",
        description =
                "Lists dead letters, one to a line, oldest first; with --count how many there are for each reason.",
        mixinStandardHelpOptions = true)
final class ListDeadLettersCommand implements Callable<Integer> {

    private static final String ROW = "%-10s %-24s %-14s %-36s %s%n";

    @Mixin
    private LetterFilter filter;

    @Option(
            names = "-n",
            paramLabel = "COUNT",
            defaultValue = "50",
            description = "The newest so many. Default: ${DEFAULT-VALUE}.")
    private int count;

    @Option(
            names = "--count",
            description = "Count by service, topic and reason; names in quotes and numbers make no difference.")
    private boolean counting;

    @Mixin
    private ClusterOptions cluster;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        ClientSettings client = cluster.client();
        Deque<Placed> newest = new ArrayDeque<>();
        Map<String, Integer> counts = new TreeMap<>();
        int[] all = {0};
        try (LetterLog log = new LetterLog(client)) {
            long others = log.forEach(placed -> {
                if (filter.matches(placed.letter(), client.topics())) {
                    all[0]++;
                    counts.merge(kind(placed.letter()), 1, Integer::sum);
                    newest.add(placed);
                    if (newest.size() > count) {
                        newest.remove();
                    }
                }
            });
            print(newest, counts, all[0]);
            if (others > 0) {
                spec.commandLine().getErr().println("marft: " + others + " records of the topic are no dead letters");
            }
        }
        return 0;
    }

    private void print(Deque<Placed> newest, Map<String, Integer> counts, int all) {
        PrintWriter out = spec.commandLine().getOut();
        if (counting) {
            counts.entrySet().stream()
                    .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                    .forEach(entry -> out.printf(Locale.ROOT, "%8d  %s%n", entry.getValue(), entry.getKey()));
            out.println(all + " dead letters");
        } else {
            out.printf(ROW, "PLACE", "REJECTED AT", "BY", "RECORD", "REASON");
            for (Placed placed : newest) {
                DeadLetter letter = placed.letter();
                out.printf(
                        ROW,
                        placed.place(),
                        letter.getCreatedAt(),
                        letter.getService(),
                        placed.source(),
                        letter.getReason());
            }
            out.println(all > newest.size() ? newest.size() + " of " + all + " dead letters" : all + " dead letters");
        }
        out.flush();
    }

    /** What letters of one kind have in common. */
    private static String kind(DeadLetter letter) {
        String reason = letter.getReason().replaceAll("'[^']*'", "'…'").replaceAll("-?\\d+", "#");
        return letter.getService() + "  " + letter.getTopic() + "  " + reason;
    }
}
