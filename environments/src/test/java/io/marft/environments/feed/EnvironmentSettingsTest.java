package io.marft.environments.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.marft.environments.TestTeam;
import io.marft.schemas.record.Team;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class EnvironmentSettingsTest {

    @Test
    void shouldGiveEachStreamARunOfItsOwn() {
        Team other = Team.newBuilder(TestTeam.CHAIN).setName("other").build();

        assertEquals(
                new EnvironmentSettings(TestTeam.CHAIN, 1, 8).run(),
                new EnvironmentSettings(TestTeam.CHAIN, 1, 64).run());
        assertNotEquals(EnvironmentSettings.run(TestTeam.CHAIN, 1), EnvironmentSettings.run(TestTeam.CHAIN, 2));
        assertNotEquals(EnvironmentSettings.run(TestTeam.CHAIN, 1), EnvironmentSettings.run(other, 1));
    }

    @Test
    void shouldFeedATeamThatOpensItsOwnSteps() {
        Team retrying =
                Team.newBuilder(TestTeam.CHAIN).setHorizon(3).setRetry("true").build();

        assertEquals(3, new EnvironmentSettings(retrying, 1, 8).team().getHorizon());
    }

    @Test
    void shouldHaveThePatienceOfTheTeamsDeadlineUnlessItIsGivenAnother() {
        Team slow = Team.newBuilder(TestTeam.CHAIN).setDeadlineMillis(3_600_000).build();

        EnvironmentSettings settings = new EnvironmentSettings(TestTeam.CHAIN, 1, 8);
        assertEquals(Duration.ofMillis(TestTeam.CHAIN.getDeadlineMillis()), settings.patience(TestTeam.CHAIN));
        assertEquals(Duration.ofHours(1), settings.patience(slow));
        assertEquals(
                Duration.ofSeconds(2),
                new EnvironmentSettings(TestTeam.CHAIN, 1, 8, "a", Duration.ofSeconds(2)).patience(slow));
    }

    @Test
    void shouldRefuseWhatCannotWork() {
        Team longer = Team.newBuilder(TestTeam.CHAIN).setHorizon(2).build();

        IllegalArgumentException horizon =
                assertThrows(IllegalArgumentException.class, () -> new EnvironmentSettings(longer, 1, 8));
        assertEquals(
                "team chain must have horizon 1, or a condition 'retry', to be asked one question in each episode, got:"
                        + " horizon 2 without 'retry'",
                horizon.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new EnvironmentSettings(TestTeam.CHAIN, 1, 0));
        assertThrows(
                IllegalArgumentException.class,
                () -> new EnvironmentSettings(TestTeam.CHAIN, 1, 8, "a-b", Duration.ofMinutes(1)));
        assertThrows(
                IllegalArgumentException.class,
                () -> new EnvironmentSettings(TestTeam.CHAIN, 1, 8, "a", Duration.ZERO));
    }
}
