package io.marft.bench.update;

import io.marft.bench.report.Figures;
import io.marft.bench.report.Machine;
import io.marft.bench.report.Spent;
import io.marft.bench.report.Turn;
import io.marft.trainer.update.UpdateResult;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What an update takes.
 *
 * @param device where the model ran
 * @param batch what was learned from
 * @param turns at least one
 * @param bareSequences how many sequences a turn's bare passes put through the model
 */
public record UpdateReport(
        Machine machine, UpdatePlan plan, String device, Batch batch, List<Turn> turns, long bareSequences) {

    /** What is asked for: an update of 64 two-agent episodes of the bundled team, 4 epochs, on 2 cores. */
    static final double LIMIT_SECONDS = 2;

    /** @param tokens of all decisions' prompts and actions */
    record Batch(int episodes, int decisions, long tokens) {}

    /**
     * One repetition.
     *
     * @param update the whole update
     * @param phases where its time went
     * @param bare the model's passes alone, right after it
     */
    record Turn(Spent update, List<UpdateResult.Phase> phases, Spent bare) {}

    /**
     * A phase over all repetitions.
     *
     * @param share its part of the phases' time in all repetitions together; all phases' shares add up to 1
     * @param sequences how many sequences went through the model in one update, each as often as it did
     */
    record PhaseFigures(String name, Figures seconds, double share, long sequences) {}

    public UpdateReport {
        turns = List.copyOf(turns);
    }

    Figures updateSeconds() {
        return figures(turn -> turn.update().seconds());
    }

    Figures updateCpuShares() {
        return figures(turn -> turn.update().cpuShare(plan.threads()));
    }

    Figures bareSeconds() {
        return figures(turn -> turn.bare().seconds());
    }

    Figures bareCpuShares() {
        return figures(turn -> turn.bare().cpuShare(plan.threads()));
    }

    /** Tokens of the batch per second, however many epochs learn from them. */
    Figures tokensPerSecond() {
        return figures(turn -> batch.tokens() / turn.update().seconds());
    }

    double timesLimit() {
        return updateSeconds().median() / LIMIT_SECONDS;
    }

    double timesBare() {
        return updateSeconds().median() / bareSeconds().median();
    }

    List<PhaseFigures> phases() {
        double all = turns.stream()
                .flatMap(turn -> turn.phases().stream())
                .mapToDouble(UpdateResult.Phase::seconds)
                .sum();
        List<PhaseFigures> phases = new ArrayList<>();
        for (int i = 0; i < turns.get(0).phases().size(); i++) {
            int place = i;
            UpdateResult.Phase first = turns.get(0).phases().get(i);
            Figures seconds = figures(turn -> turn.phases().get(place).seconds());
            double sum = seconds.all().stream().mapToDouble(Double::doubleValue).sum();
            phases.add(new PhaseFigures(first.name(), seconds, sum / all, first.sequences()));
        }
        return phases;
    }

    private Figures figures(Function<Turn, Double> figure) {
        return new Figures(turns.stream().map(figure).toList());
    }

    /** The table to print. */
    public String text() {
        return new UpdateReportText(this).toString();
    }

    /** The same and all single figures, as JSON. */
    public String json() {
        return UpdateReportJson.of(this).toPrettyString();
    }
}
