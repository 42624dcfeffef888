package io.marft.schemas.team;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes a team as the YAML that {@link TeamFile} reads. */
public final class TeamYaml {

    private static final YAMLMapper YAML = YAMLMapper.builder()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .build();

    private TeamYaml() {}

    /** The team's file; whatever is empty is left out. */
    public static String write(Team team) {
        Map<String, Object> file = new LinkedHashMap<>();
        file.put("name", team.getName());
        file.put("version", team.getVersion());
        file.put("horizon", team.getHorizon());
        putUnlessEmpty(file, "retry", team.getRetry());
        file.put("deadline", Spans.text(Duration.ofMillis(team.getDeadlineMillis())));
        file.put("agents", team.getAgents().stream().map(TeamYaml::agent).toList());
        try {
            return YAML.writeValueAsString(file);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a team of texts and numbers has a YAML form", e);
        }
    }

    private static Map<String, Object> agent(TeamAgent agent) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("name", agent.getName());
        putUnlessEmpty(entry, "profile", agent.getProfile());
        if (!agent.getAfter().isEmpty()) {
            entry.put("after", agent.getAfter());
        }
        putUnlessEmpty(entry, "when", agent.getWhen());
        if (agent.getAnswers()) {
            entry.put("answers", true);
        }
        entry.put("sampling", SamplingEntry.fields(agent.getSampling()));
        return entry;
    }

    private static void putUnlessEmpty(Map<String, Object> entry, String key, String text) {
        if (!text.isEmpty()) {
            entry.put(key, text);
        }
    }
}
