package io.marft.actor.acting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.marft.streaming.connect.ClientSettings;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgentSettingsTest {

    private static final ClientSettings CLIENT = new ClientSettings("localhost:1", "mock://settings", "marft");

    @Test
    void shouldNameTheRuleAndTheValue() {
        assertEquals("agents must be named each once, got: [a, a]", refusal(List.of("a", "a"), 1, 0));
        assertEquals("agents' batchLimit must be at least 1, got: 0", refusal(List.of("a"), 0, 0));
        assertEquals("agents' linger must be from 0 to PT1S, got: PT-0.001S", refusal(List.of("a"), 1, -1));
        assertEquals("agents' linger must be from 0 to PT1S, got: PT1.001S", refusal(List.of("a"), 1, 1001));
    }

    private static String refusal(List<String> agents, int limit, long lingerMillis) {
        return assertThrows(
                        IllegalArgumentException.class,
                        () -> new AgentSettings(CLIENT, "team", agents, "0", limit, Duration.ofMillis(lingerMillis)))
                .getMessage();
    }
}
