package io.marft.schemas.team;

import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.yaml.YamlException;
import io.marft.schemas.yaml.YamlFile;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Reads a team from the YAML that its author writes.
 *
 * <pre>{@code
 * name: arithmetic
 * horizon: 1
 * deadline: 5m
 * agents:
 *   - name: reasoner
 *     profile: Plan.
 *     sampling: {temperature: 1.0, maxNewTokens: 32}
 *   - name: actor
 *     profile: Solve.
 *     after: [reasoner]
 *     answers: true
 * }</pre>
 *
 * <p>An agent may have a condition {@code when}, and a team of several steps a condition {@code retry}, both in CEL over
 * {@code observation} and {@code actions}: {@code retry: actions.verifier.startsWith('no')}.
 *
 * <p>Unknown keys are errors. The team that comes out has passed {@link DependencyFunction}'s checks.
 */
public final class TeamFile {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");

    private static final long DEFAULT_DEADLINE_MILLIS = 300_000;

    private static final long LEAST_DEADLINE_MILLIS = 100;

    private static final Duration MOST_DEADLINE = Duration.ofHours(24);

    private final YamlFile file;
    private final int unstated;

    /** @param unstated the version of a team whose file states none */
    private TeamFile(YamlFile file, int unstated) {
        this.file = file;
        this.unstated = unstated;
    }

    private record AgentEntry(
            String name, String profile, List<String> after, String when, Boolean answers, SamplingEntry sampling) {

        TeamAgent agent() {
            return TeamAgent.newBuilder()
                    .setName(name)
                    .setProfile(Objects.requireNonNullElse(profile, ""))
                    .setAfter(Objects.requireNonNullElse(after, List.of()))
                    .setWhen(Objects.requireNonNullElse(when, ""))
                    .setAnswers(Objects.requireNonNullElse(answers, false))
                    .setSampling(Objects.requireNonNullElse(sampling, SamplingEntry.NONE)
                            .sampling())
                    .build();
        }
    }

    private record TeamEntry(
            String name, Integer version, Integer horizon, String retry, String deadline, List<AgentEntry> agents) {}

    /**
     * Reads a team file.
     *
     * @throws TeamException if it cannot be read or used; the message names the file, the key, the rule and the line
     */
    public static Team load(Path file) {
        return read(() -> YamlFile.read("team", file), 1);
    }

    /**
     * Reads a team file whose version need not be stated, because it is to be that which is free: it is 0 then.
     *
     * @throws TeamException as {@link #load}
     */
    public static Team loadDraft(Path file) {
        return read(() -> YamlFile.read("team", file), 0);
    }

    /**
     * Reads a team from YAML.
     *
     * @param where names the source in messages
     * @throws TeamException as {@link #load}
     */
    public static Team parse(String yaml, String where) {
        return read(() -> YamlFile.parse(yaml, where), 1);
    }

    private static Team read(Supplier<YamlFile> file, int unstated) {
        try {
            return new TeamFile(file.get(), unstated).team();
        } catch (YamlException e) {
            throw new TeamException(e.getMessage(), e);
        }
    }

    private Team team() {
        if (file.isEmpty()) {
            throw file.broken("", "is empty: a team needs a name and agents");
        }
        TeamEntry entry = file.as(TeamEntry.class);
        requireName(entry.name(), "name");
        int version = Objects.requireNonNullElse(entry.version(), unstated);
        int horizon = Objects.requireNonNullElse(entry.horizon(), 1);
        file.require(version >= 1 || entry.version() == null, "version", "at least 1", version);
        file.require(horizon >= 1, "horizon", "at least 1", horizon);
        file.require(entry.agents() != null && !entry.agents().isEmpty(), "agents", "a list of at least one", null);
        for (int i = 0; i < entry.agents().size(); i++) {
            check(entry.agents().get(i), "agents[" + i + "]");
        }
        Team team = Team.newBuilder()
                .setName(entry.name())
                .setVersion(version)
                .setAgents(entry.agents().stream().map(AgentEntry::agent).toList())
                .setHorizon(horizon)
                .setRetry(Objects.requireNonNullElse(entry.retry(), ""))
                .setDeadlineMillis(deadline(entry).toMillis())
                .setCreatedAt(Instant.EPOCH)
                .build();
        try {
            new DependencyFunction(team);
        } catch (TeamException e) {
            throw file.broken("", e.getMessage());
        }
        return team;
    }

    private void requireName(String name, String key) {
        file.require(name != null && NAME.matcher(name).matches(), key, NAME.pattern(), name);
    }

    private Duration deadline(TeamEntry entry) {
        if (entry.deadline() == null) {
            return Duration.ofMillis(DEFAULT_DEADLINE_MILLIS);
        }
        Optional<Duration> deadline = Spans.parse(entry.deadline());
        file.require(
                deadline.filter(span -> span.toMillis() >= LEAST_DEADLINE_MILLIS && span.compareTo(MOST_DEADLINE) <= 0)
                        .isPresent(),
                "deadline",
                "a time from 100ms to 24h, such as 90s or 10m",
                entry.deadline());
        return deadline.orElseThrow();
    }

    private void check(AgentEntry agent, String at) {
        file.require(agent != null, at, "an agent: a name and what else it has", null);
        requireName(agent.name(), at + ".name");
        Objects.requireNonNullElse(agent.sampling(), SamplingEntry.NONE).check(file, at + ".sampling");
    }
}
