package io.marft.bench.policy;

import io.marft.bench.report.BenchException;
import io.marft.bench.report.Machine;
import io.marft.bench.report.Phase;
import io.marft.bench.report.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Measures decoding and training of a checkpoint.
 *
 * <p>Each phase has a process of its own, which stays for all its repetitions: a service's JVM is warm, too. Between two
 * repetitions its rival has a turn, if it has one: the peer, in a new process each time, which warms up itself; or, when
 * adapters are mixed, the same process with one adapter.
 */
public final class PolicyBench {

    private final Plan plan;
    private final List<Phase> phases;
    private final int repeat;
    private final Optional<Peer> peer;
    private final Consumer<String> progress;

    /**
     * @param phases what to measure, in this order
     * @param repeat repetitions of each phase
     * @param progress told what is being done
     */
    public PolicyBench(Plan plan, List<Phase> phases, int repeat, Optional<Peer> peer, Consumer<String> progress) {
        if (repeat < 1) {
            throw new IllegalArgumentException("repeat must be at least 1, got: " + repeat);
        }
        if (phases.contains(Phase.MIXED) && plan.workload().batch() < 2) {
            throw new IllegalArgumentException("batch must be at least 2 to mix adapters, got: 1");
        }
        this.plan = plan;
        this.phases = List.copyOf(phases);
        this.repeat = repeat;
        this.peer = peer;
        this.progress = progress;
    }

    /**
     * Measures, one after another.
     *
     * @throws BenchException if something cannot be measured
     */
    public Report run() {
        List<Measured> measured = new ArrayList<>();
        for (Phase phase : phases) {
            progress.accept("measuring " + phase.label() + " …");
            measured.add(measure(phase));
        }
        return new Report(Machine.here(), plan, repeat, measured);
    }

    private Measured measure(Phase phase) {
        try (WorkerProcess worker = new WorkerProcess(phase, plan)) {
            List<Turn> turns = new ArrayList<>();
            List<Turn> oneAdapter = new ArrayList<>();
            List<Peer.Answer> answers = new ArrayList<>();
            for (int i = 0; i < repeat; i++) {
                turns.add(worker.turn(phase));
                if (phase == Phase.MIXED) {
                    oneAdapter.add(worker.turn(Phase.DECODE));
                } else {
                    peer.ifPresent(other -> answers.add(
                            other.measure(phase, plan, worker.loaded().dtype())));
                }
            }
            Optional<Rival> rival = phase == Phase.MIXED
                    ? Optional.of(Rival.oneAdapter(oneAdapter))
                    : peer.map(other -> Rival.peer(answers));
            return new Measured(phase, worker.loaded(), turns, worker.finish(), rival);
        }
    }
}
