package io.marft.experiment;

import io.marft.experiment.Meter.Work;
import io.marft.experiment.result.ResultsFolder;
import io.marft.experiment.run.Point;
import io.marft.experiment.run.RunCheckpoint;
import io.marft.experiment.run.RunObserver;
import io.marft.experiment.run.RunPlan;
import io.marft.experiment.run.RunState;
import io.marft.experiment.run.StoppedException;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;

/** A run as others see it while it is worked on. Written by the run's thread, read by others. */
final class RunStatus implements RunObserver {

    private final RunPlan plan;
    private final ResultsFolder folder;
    private final Meter meter;
    private final BooleanSupplier stopped;
    private Work left;
    private long tokens;
    private OptionalDouble accuracy = OptionalDouble.empty();

    RunStatus(RunPlan plan, ResultsFolder folder, Meter meter, BooleanSupplier stopped) {
        this.plan = plan;
        this.folder = folder;
        this.meter = meter;
        this.stopped = stopped;
        this.left = new Work(plan.budget(), plan.problems() * agents());
    }

    private int agents() {
        return plan.team().getAgents().size();
    }

    /** The run goes on from an earlier process's checkpoint. */
    synchronized void resumed(RunState from) {
        long measured = (long) from.curve().size() * plan.evaluation().curve();
        left = left.minus(new Work(from.tokens(), measured * agents()));
        tokens = from.tokens();
        accuracy = from.curve().stream().mapToDouble(Point::accuracy).reduce((a, b) -> b);
    }

    synchronized Work left() {
        return left;
    }

    /** What there is to say of it. */
    synchronized RunnerStatus.Active snapshot() {
        return new RunnerStatus.Active(plan.key(), tokens, plan.budget(), accuracy);
    }

    @Override
    public void check() {
        if (stopped.getAsBoolean()) {
            throw new StoppedException();
        }
    }

    @Override
    public synchronized void evaluated(int problems, double seconds) {
        done(new Work(0, (long) problems * agents()), seconds);
    }

    @Override
    public synchronized void trained(long generated, double seconds) {
        tokens += generated;
        done(new Work(generated, 0), seconds);
    }

    private void done(Work work, double seconds) {
        meter.done(work, seconds);
        left = left.minus(work);
    }

    @Override
    public synchronized void measured(double newest) {
        accuracy = OptionalDouble.of(newest);
    }

    @Override
    public void reached(RunCheckpoint checkpoint) {
        folder.checkpoint(plan.key(), checkpoint);
    }
}
