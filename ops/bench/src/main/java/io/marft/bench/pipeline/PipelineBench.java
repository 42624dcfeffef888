package io.marft.bench.pipeline;

import io.marft.bench.report.BenchException;
import io.marft.bench.report.Machine;
import io.marft.schemas.record.TeamAgent;
import java.util.List;
import java.util.function.Consumer;

/**
 * Measures the way of the records: a real broker and registry, the real services with stub policies, and load. First
 * latency in an open loop, then throughput in a closed one, then what the broker takes in by itself.
 */
public final class PipelineBench {

    private final PipelinePlan plan;
    private final Consumer<String> progress;

    /** @param progress told what is being done */
    public PipelineBench(PipelinePlan plan, Consumer<String> progress) {
        this.plan = plan;
        this.progress = progress;
    }

    /**
     * Measures.
     *
     * @throws BenchException if nothing can be measured
     */
    public PipelineReport run() {
        progress.accept("starting a broker, a registry and the services …");
        try (PipelineStack stack = PipelineStack.start(plan)) {
            long each = plan.warmUp().plus(plan.window()).toSeconds();
            progress.accept("measuring latency at " + plan.rate() + " episodes/s, " + each + " s …");
            List<PipelineReport.Stage> stages = new LatencyRun(plan, stack.client()).run();
            stack.check();
            progress.accept("measuring throughput with " + plan.openEpisodes() + " episodes open, " + each + " s …");
            PipelineReport.Throughput throughput = new ThroughputRun(plan, stack).run();
            progress.accept("measuring what the broker takes in by itself …");
            stack.stopServing();
            PipelineReport.Raw raw = new RawProduce(plan, stack.client()).run();
            return new PipelineReport(Machine.here(), plan, stages, answer(), throughput, raw);
        }
    }

    /** The action of the last agent that answers. */
    private String answer() {
        return plan.team().getAgents().stream()
                .filter(TeamAgent::getAnswers)
                .map(agent -> Arrivals.actionOf(agent.getName()))
                .reduce((first, second) -> second)
                .orElseThrow(() ->
                        new BenchException("no agent of team " + plan.team().getName() + " answers"));
    }
}
