package io.marft.schemas.team;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.marft.schemas.record.Sampling;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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

    /** Logits divided by less leave float32's range. */
    private static final float COLDEST = 1e-3f;

    private static final long DEFAULT_DEADLINE_MILLIS = 300_000;

    private static final long LEAST_DEADLINE_MILLIS = 100;

    private static final Duration MOST_DEADLINE = Duration.ofHours(24);

    private static final ObjectMapper YAML = YAMLMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private TeamFile() {}

    private record SamplingEntry(
            Float temperature,
            Integer topK,
            Float topP,
            Integer maxNewTokens,
            Float minP,
            List<Integer> stopTokens,
            List<String> stop) {

        static final SamplingEntry NONE = new SamplingEntry(null, null, null, null, null, null, null);

        Sampling sampling() {
            return new Sampling(
                    Objects.requireNonNullElse(temperature, 1f),
                    Objects.requireNonNullElse(topK, 0),
                    Objects.requireNonNullElse(topP, 1f),
                    Objects.requireNonNullElse(maxNewTokens, 64),
                    Objects.requireNonNullElse(minP, 0f),
                    Objects.requireNonNullElse(stopTokens, List.of()),
                    Objects.requireNonNullElse(stop, List.of()));
        }
    }

    private record AgentEntry(
            String name, String profile, List<String> after, String when, boolean answers, SamplingEntry sampling) {

        TeamAgent agent() {
            return TeamAgent.newBuilder()
                    .setName(name)
                    .setProfile(Objects.requireNonNullElse(profile, ""))
                    .setAfter(Objects.requireNonNullElse(after, List.of()))
                    .setWhen(Objects.requireNonNullElse(when, ""))
                    .setAnswers(answers)
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
     * @throws TeamException if it cannot be read or used; the message names the file, the place and the rule
     */
    public static Team load(Path file) {
        return parse(read(file), file.toString());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new TeamException("team file " + file + " does not exist", e);
        } catch (IOException e) {
            throw new TeamException("team file " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Reads a team file whose version need not be stated, because it is to be that which is free: it is 0 then.
     *
     * @throws TeamException as {@link #load}
     */
    public static Team loadDraft(Path file) {
        return parse(read(file), file.toString(), 0);
    }

    /**
     * Reads a team from YAML.
     *
     * @param where names the source in messages
     * @throws TeamException as {@link #load}
     */
    public static Team parse(String yaml, String where) {
        return parse(yaml, where, 1);
    }

    private static Team parse(String yaml, String where, int unstated) {
        if (yaml.isBlank()) {
            throw new TeamException(where + ": is empty: a team needs a name and agents");
        }
        TeamEntry entry;
        try {
            entry = YAML.readValue(yaml, TeamEntry.class);
        } catch (UnrecognizedPropertyException e) {
            throw new TeamException(
                    where + ": unknown key '" + e.getPropertyName() + "' at " + place(e) + ": known keys are "
                            + e.getKnownPropertyIds(),
                    e);
        } catch (JsonMappingException e) {
            throw new TeamException(where + ": " + e.getOriginalMessage() + " at " + place(e) + line(e), e);
        } catch (JsonProcessingException e) {
            throw new TeamException(
                    where + ": not YAML: "
                            + e.getOriginalMessage().lines().findFirst().orElse("") + line(e),
                    e);
        }
        return team(entry, where, unstated);
    }

    private static Team team(TeamEntry entry, String where, int unstated) {
        require(
                entry.name() != null && NAME.matcher(entry.name()).matches(),
                where,
                "name",
                NAME.pattern(),
                entry.name());
        int version = Objects.requireNonNullElse(entry.version(), unstated);
        int horizon = Objects.requireNonNullElse(entry.horizon(), 1);
        require(version >= 1 || entry.version() == null, where, "version", "at least 1", version);
        require(horizon >= 1, where, "horizon", "at least 1", horizon);
        require(entry.agents() != null && !entry.agents().isEmpty(), where, "agents", "a list of at least one", null);
        for (AgentEntry agent : entry.agents()) {
            check(agent, where);
        }
        Duration deadline = deadline(entry, where);
        Team team = Team.newBuilder()
                .setName(entry.name())
                .setVersion(version)
                .setAgents(entry.agents().stream().map(AgentEntry::agent).toList())
                .setHorizon(horizon)
                .setRetry(Objects.requireNonNullElse(entry.retry(), ""))
                .setDeadlineMillis(deadline.toMillis())
                .setCreatedAt(Instant.EPOCH)
                .build();
        try {
            new DependencyFunction(team);
        } catch (TeamException e) {
            throw new TeamException(where + ": " + e.getMessage(), e);
        }
        return team;
    }

    private static Duration deadline(TeamEntry entry, String where) {
        if (entry.deadline() == null) {
            return Duration.ofMillis(DEFAULT_DEADLINE_MILLIS);
        }
        Optional<Duration> deadline = Spans.parse(entry.deadline());
        require(
                deadline.filter(span -> span.toMillis() >= LEAST_DEADLINE_MILLIS && span.compareTo(MOST_DEADLINE) <= 0)
                        .isPresent(),
                where,
                "deadline",
                "a time from 100ms to 24h, such as 90s or 10m",
                entry.deadline());
        return deadline.orElseThrow();
    }

    private static void check(AgentEntry agent, String where) {
        require(
                agent != null
                        && agent.name() != null
                        && NAME.matcher(agent.name()).matches(),
                where,
                "an agent's name",
                NAME.pattern(),
                agent == null ? null : agent.name());
        Sampling sampling =
                Objects.requireNonNullElse(agent.sampling(), SamplingEntry.NONE).sampling();
        String of = "of agent '" + agent.name() + "' ";
        float temperature = sampling.getTemperature();
        require(
                temperature == 0 || (temperature >= COLDEST && Float.isFinite(temperature)),
                where,
                of + "temperature",
                "0 (greedy) or at least " + COLDEST,
                temperature);
        require(sampling.getTopK() >= 0, where, of + "topK", "at least 0 (0 keeps all)", sampling.getTopK());
        require(
                sampling.getTopP() > 0 && sampling.getTopP() <= 1,
                where,
                of + "topP",
                "above 0 and at most 1",
                sampling.getTopP());
        require(sampling.getMaxNewTokens() >= 1, where, of + "maxNewTokens", "at least 1", sampling.getMaxNewTokens());
        require(
                sampling.getMinP() >= 0 && sampling.getMinP() < 1,
                where,
                of + "minP",
                "at least 0 and below 1 (0 keeps all)",
                sampling.getMinP());
        require(
                sampling.getStopTokens().stream().allMatch(token -> token != null && token >= 0),
                where,
                of + "stopTokens",
                "ids of tokens, not negative",
                sampling.getStopTokens());
        require(
                sampling.getStop().stream().allMatch(text -> text != null && !text.isEmpty()),
                where,
                of + "stop",
                "texts that are not empty",
                sampling.getStop());
    }

    private static void require(boolean holds, String where, String what, String rule, Object got) {
        if (!holds) {
            throw new TeamException(where + ": " + what + " must be " + rule + ", got: " + got);
        }
    }

    private static String place(JsonMappingException e) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference step : e.getPath()) {
            if (step.getFieldName() != null) {
                path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
            } else {
                path.append('[').append(step.getIndex()).append(']');
            }
        }
        return path.toString();
    }

    private static String line(JsonProcessingException e) {
        return e.getLocation() == null ? "" : " (line " + e.getLocation().getLineNr() + ")";
    }
}
