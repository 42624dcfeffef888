package io.marft.schemas.catalogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TopicNamesTest {

    private final TopicNames names = new TopicNames("blue.marft");

    @Test
    void shouldNameTopicsUnderThePrefix() {
        assertEquals("blue.marft.adapter-chunks", names.of(Topic.ADAPTER_CHUNKS));
        assertEquals("blue.marft.turns.pair.reasoner", names.turns("pair", "reasoner"));
        assertThrows(IllegalArgumentException.class, () -> names.of(Topic.TURNS));
    }

    @ParameterizedTest
    @EnumSource(Topic.class)
    void shouldFindEveryTopicByItsName(Topic topic) {
        String name = topic == Topic.TURNS ? names.turns("pair", "actor") : names.of(topic);
        assertEquals(Optional.of(topic), names.find(name));
        assertEquals(Optional.empty(), names.find("green" + name));
    }

    @Test
    void shouldNotTakeATurnTopicOfRelease010ForItsOwn() {
        assertEquals(Optional.empty(), names.find("blue.marft.turns.reasoner"));
    }

    @Test
    void shouldRefuseAPrefixThatKafkaWouldRefuse() {
        assertThrows(IllegalArgumentException.class, () -> new TopicNames("two words"));
        assertThrows(IllegalArgumentException.class, () -> new TopicNames(""));
    }

    @Test
    void shouldKeepReferencesFromAgents() {
        assertEquals(java.util.Set.of(Role.REWARD), Topic.REFERENCES.readers());
    }

    @Test
    void shouldLetTheRouterOpenStepsAndScoringSeeWhoIsSkipped() {
        assertEquals(
                java.util.Set.of(Role.ENVIRONMENT, Role.EVALUATOR, Role.OPERATOR, Role.ROUTER),
                Topic.OBSERVATIONS.writers());
        assertEquals(java.util.Set.of(Role.ROUTER, Role.REWARD, Role.ASSEMBLER), Topic.OBSERVATIONS.readers());
    }
}
