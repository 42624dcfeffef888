package io.marft.cli.stack;

import io.marft.schemas.catalogue.Metric;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.AgentUpdate;
import io.marft.schemas.record.Closure;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.record.Update;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a run has come to, counted from the records of its topics alone. Counts cover the whole log, so they go on where
 * an earlier run on the same data left off.
 *
 * <p>Thread-safe.
 */
public final class RunFigures {

    /** How many of the latest training episodes the running accuracy covers. */
    public static final int WINDOW = 500;

    private record AgentVersion(String agent, long version) {}

    private final Deque<Double> latestReturns = new ArrayDeque<>();
    private final Map<AgentVersion, Long> committedAt = new HashMap<>();
    private final Map<AgentVersion, Long> firstActionAt = new HashMap<>();
    private final Map<String, Long> inService = new TreeMap<>();
    private long closed;
    private long episodes;
    private long accountedFor;
    private long updates;
    private long tokens;
    private long deadLetters;
    private double kl;
    private double batchReturn;

    /**
     * What is known at one moment.
     *
     * @param episodes training episodes that came to their end
     * @param updates training updates committed
     * @param adapterVersions distinct adapter versions that acted, the base model not counted
     * @param tokens tokens that agents generated
     * @param accuracy mean return of the latest {@link #WINDOW} training episodes; NaN before the first
     * @param batchReturn mean return of the latest update's batch
     * @param kl approximate KL of the latest update to the policy before it
     * @param inService the version that each agent acted with last
     * @param lag closed training episodes, those that timed out included, that no update has accounted for yet
     * @param deadLetters records that a service refused
     */
    public record Snapshot(
            long episodes,
            long updates,
            long adapterVersions,
            long tokens,
            double accuracy,
            double batchReturn,
            double kl,
            Map<String, Long> inService,
            long lag,
            long deadLetters) {

        /** The state of learning, in one line. */
        String line(long secondsLeft) {
            return String.format(
                    Locale.ROOT,
                    "episodes %d  reward %s  accuracy(%d) %s  kl %s  adapter v%d  updates %d  lag %d  left %d:%02d%s",
                    episodes,
                    number("%.2f", batchReturn),
                    WINDOW,
                    number("%.1f %%", 100 * accuracy),
                    number("%.4f", kl),
                    inService.values().stream().mapToLong(Long::longValue).max().orElse(0),
                    updates,
                    lag,
                    secondsLeft / 60,
                    secondsLeft % 60,
                    deadLetters == 0 ? "" : "  dead letters " + deadLetters);
        }

        private static String number(String format, double value) {
            return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, format, value);
        }
    }

    synchronized void add(Trajectory trajectory) {
        if (trajectory.getPurpose() != Purpose.TRAINING) {
            return;
        }
        closed++;
        if (trajectory.getClosure() != Closure.TIMED_OUT) {
            episodes++;
            latestReturns.add(trajectory.getSteps().stream()
                    .filter(step -> step.getReward() != null)
                    .mapToDouble(step -> step.getReward().getValue())
                    .sum());
            if (latestReturns.size() > WINDOW) {
                latestReturns.remove();
            }
        }
    }

    /** @param timestamp of the record, in milliseconds since 1970 */
    synchronized void add(Action action, long timestamp) {
        tokens += action.getOutputTokens().size();
        inService.put(action.getAgent(), action.getAdapterVersion());
        if (action.getAdapterVersion() > 0) {
            firstActionAt.merge(new AgentVersion(action.getAgent(), action.getAdapterVersion()), timestamp, Math::min);
        }
    }

    /** @param timestamp of the record, in milliseconds since 1970 */
    synchronized void add(Update update, long timestamp) {
        accountedFor += update.getInputs().size() + update.getDropped().size();
        if (update.getAgents().isEmpty()) {
            return; // An account of what no update learned from.
        }
        updates++;
        kl = update.getMetrics().getOrDefault(Metric.APPROX_KL.key(), Double.NaN);
        batchReturn = update.getMetrics().getOrDefault(Metric.EPISODIC_RETURN.key(), Double.NaN);
        for (AgentUpdate agent : update.getAgents()) {
            committedAt.put(new AgentVersion(agent.getAgent(), agent.getVersion()), timestamp);
        }
    }

    synchronized void addDeadLetter() {
        deadLetters++;
    }

    synchronized Snapshot snapshot() {
        return new Snapshot(
                episodes,
                updates,
                new TreeSet<>(firstActionAt.keySet().stream()
                                .map(AgentVersion::version)
                                .toList())
                        .size(),
                tokens,
                latestReturns.stream()
                        .mapToDouble(Double::doubleValue)
                        .average()
                        .orElse(Double.NaN),
                batchReturn,
                kl,
                Map.copyOf(inService),
                Math.max(0, closed - accountedFor),
                deadLetters);
    }

    /**
     * The median over all agents' adapter versions that acted of the time from the update's record to the first action
     * made with the version, in milliseconds; empty if none acted. The record is written a moment before its transaction
     * commits, so the figure is, if anything, too large.
     */
    synchronized OptionalLong publishToServeMillisMedian() {
        long[] delays = firstActionAt.entrySet().stream()
                .filter(first -> committedAt.containsKey(first.getKey()))
                .mapToLong(first -> first.getValue() - committedAt.get(first.getKey()))
                .sorted()
                .toArray();
        return delays.length == 0
                ? OptionalLong.empty()
                : OptionalLong.of((delays[(delays.length - 1) / 2] + delays[delays.length / 2]) / 2);
    }
}
