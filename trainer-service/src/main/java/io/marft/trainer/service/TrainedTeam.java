package io.marft.trainer.service;

import io.marft.policy.LanguageModel;
import io.marft.schemas.record.Team;
import io.marft.schemas.team.TeamChange;
import io.marft.streaming.log.TeamLog;
import io.marft.trainer.batch.TeamReader;
import io.marft.trainer.configure.Formulas;
import io.marft.trainer.configure.TrainerSettings;
import io.marft.trainer.state.TrainingState;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.stream.Stream;

/**
 * The versions of a trainer's team: those on the log, and the one that the trainer was started with as long as the log does
 * not have it. To be used by one thread.
 */
final class TrainedTeam implements AutoCloseable {

    private final TrainerSettings settings;
    private final LanguageModel model;
    private final TeamLog log;
    private final TeamReader reader;
    private int newest;

    TrainedTeam(TrainerSettings settings, LanguageModel model) {
        this.settings = settings;
        this.model = model;
        this.log = new TeamLog(settings.client(), settings.team().getName());
        this.reader = new TeamReader(settings.team().getName(), model, this::find, this::refusal);
        this.newest = settings.team().getVersion();
    }

    /**
     * Where an update starts from.
     *
     * @param teamVersion the newest version that was met
     * @param before the state that the last update left, or the initial one
     * @param joined the same state, with a part for every agent that is to be trained
     */
    record Start(int teamVersion, TrainingState before, TrainingState joined) {}

    /** The newest version that was met. */
    int newest() {
        return newest;
    }

    /** The reader of trajectories of all versions. */
    TeamReader reader() {
        return reader;
    }

    /**
     * Lets agents join the state: those of the newest version that was met, and those of the versions of a batch. The update's
     * record and its inputs tell both, so that a replay can do the same.
     */
    Start start(TrainingState state, SortedSet<Integer> batch) {
        List<Team> versions =
                batch.stream().map(version -> find(version).orElseThrow()).toList();
        newest = Math.max(newest, batch.isEmpty() ? 0 : batch.last());
        Team version = find(newest).orElseThrow();
        TrainingState before = state.update() > 0
                ? state
                : TrainingState.initial(
                        state.baseModelDigest(), model.config(), version, settings.configuration(), settings.seed());
        return new Start(newest, before, with(with(before, List.of(version)), versions));
    }

    private TrainingState with(TrainingState state, List<Team> versions) {
        return state.withAgentsOf(versions, model.config(), settings.configuration(), settings.seed());
    }

    private Optional<Team> find(int version) {
        return log.find(version).or(() -> log.refresh().find(version)).or(() -> Optional.of(settings.team())
                .filter(own -> own.getVersion() == version));
    }

    private Optional<String> refusal(Team version) {
        int own = settings.team().getVersion();
        if (settings.configuration().formulas() == Formulas.REFERENCE && version.getVersion() != own) {
            return Optional.of("while the reference's formulas learn from one version, " + own);
        }
        List<Team> earlier = Stream.concat(Stream.of(settings.team()), log.versions().stream())
                .filter(other -> other.getVersion() < version.getVersion())
                .toList();
        return TeamChange.otherTemperature(earlier, version).map(why -> "in which " + why);
    }

    @Override
    public void close() {
        log.close();
    }
}
