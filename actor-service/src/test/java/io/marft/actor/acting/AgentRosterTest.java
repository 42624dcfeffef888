package io.marft.actor.acting;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.marft.actor.Fixtures;
import io.marft.schemas.record.Team;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AgentRosterTest {

    private static final Instant APPLIED = Instant.parse("2026-11-24T12:00:00Z");

    private static final Team FIRST =
            Team.newBuilder(Fixtures.chainOfTwo(1)).setDeadlineMillis(20_000).build();
    private static final Team SECOND = Team.newBuilder(
                    Fixtures.team(1, Fixtures.agent("reasoner", false), Fixtures.agent("judge", true, "reasoner")))
            .setVersion(2)
            .setCreatedAt(APPLIED)
            .build();

    @Test
    void shouldServeNobodyOfATeamThatIsNotOnTheLog() {
        assertEquals(Set.of(), AgentRoster.at(APPLIED, List.of()));
    }

    @Test
    void shouldServeTheNewestVersionForEver() {
        assertEquals(Set.of("reasoner", "actor"), AgentRoster.at(APPLIED.plusSeconds(1_000_000), List.of(FIRST)));
    }

    @Test
    void shouldServeAnOlderVersionUntilItsLastEpisodesHaveMissedTheirDeadline() {
        List<Team> versions = List.of(FIRST, SECOND);

        assertEquals(Set.of("reasoner", "actor", "judge"), AgentRoster.at(APPLIED.plusSeconds(79), versions));
        assertEquals(Set.of("reasoner", "judge"), AgentRoster.at(APPLIED.plusSeconds(80), versions));
    }
}
