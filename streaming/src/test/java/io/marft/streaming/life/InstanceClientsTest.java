package io.marft.streaming.life;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class InstanceClientsTest {

    @Test
    void shouldPutTheInstancesNameInThePlaceOfTheProcessIdThatEachStartDraws() {
        assertEquals(
                "marft.my-router-first-1",
                new InstanceClients("first").transactionalId("marft.my-router-f47ac10b-58cc-4372-a567-0e02b2c3d479-1"));
    }
}
