package io.marft.bench.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.marft.bench.report.Figures;
import io.marft.bench.report.Memory;
import io.marft.bench.report.Turn;
import java.util.List;
import java.util.Optional;

/**
 * Who did the same work, turn about with a measured phase, so that other load on the machine hits both.
 *
 * @param name {@value #PEER} or {@value #ONE_ADAPTER}
 * @param speeds tokens per second
 * @param cpuShares the part of its threads' time that it really got, if it said so
 * @param memory the most that it came to need, if it ran in processes of its own
 * @param said the last answer, whole; missing if there is none
 */
public record Rival(String name, Figures speeds, Optional<Figures> cpuShares, Optional<Memory> memory, JsonNode said) {

    public static final String PEER = "peer";
    static final String ONE_ADAPTER = "one adapter";

    static Rival peer(List<Peer.Answer> answers) {
        return new Rival(
                PEER,
                new Figures(answers.stream().map(Peer.Answer::tokensPerSecond).toList()),
                shares(answers),
                Optional.of(new Memory(
                        most(answers.stream()
                                .map(answer -> answer.memory().anonymousPeak())
                                .toList()),
                        most(answers.stream()
                                .map(answer -> answer.memory().residentPeak())
                                .toList()))),
                answers.get(answers.size() - 1).line());
    }

    static Rival oneAdapter(List<Turn> turns) {
        return new Rival(
                ONE_ADAPTER,
                new Figures(turns.stream().map(Turn::tokensPerSecond).toList()),
                Optional.of(new Figures(turns.stream().map(Turn::cpuShare).toList())),
                Optional.empty(),
                MissingNode.getInstance());
    }

    private static Optional<Figures> shares(List<Peer.Answer> answers) {
        List<Double> shares = answers.stream()
                .flatMapToDouble(answer -> answer.cpuShare().stream())
                .boxed()
                .toList();
        return shares.isEmpty() ? Optional.empty() : Optional.of(new Figures(shares));
    }

    private static long most(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).max().orElseThrow();
    }
}
