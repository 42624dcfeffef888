package io.marft.trainer.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class AdapterVersionsTest {

    private final AdapterVersions versions = new AdapterVersions(50, agent -> agent.equals("joined") ? 48 : 0);

    @Test
    void shouldCountTheBaseModelOfAnAgentThatJoinedAsTheVersionBeforeItsFirst() {
        assertEquals(48, versions.counted("joined", 0));
        assertEquals(49, versions.counted("joined", 49));
        assertEquals(0, versions.counted("old", 0));
        assertEquals(50, versions.counted("old", 50));
    }

    @Test
    void shouldKnowWhichVersionsThereWere() {
        assertTrue(versions.exists("joined", 0));
        assertFalse(versions.exists("joined", 48));
        assertTrue(versions.exists("joined", 49));
        assertTrue(versions.exists("old", 1));
        assertFalse(versions.exists("old", 51));
        assertFalse(versions.exists("old", -1));
    }
}
