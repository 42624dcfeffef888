package io.marft.streaming.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class InstanceClientsTest {

    @Test
    void shouldPutTheInstancesNameInThePlaceOfTheProcessIdThatEachStartDraws() {
        assertEquals(
                "marft.my-router-first-1",
                new InstanceClients("first").transactionalId("marft.my-router-f47ac10b-58cc-4372-a567-0e02b2c3d479-1"));
    }

    @Test
    void shouldRefuseAnIdOfAnotherShape() {
        InstanceClients clients = new InstanceClients("first");
        for (String id : List.of("marft.router-0_1", "marft.router-f47ac10b-58cc-4372-a567-0e02b2c3d479")) {
            assertThrows(IllegalStateException.class, () -> clients.transactionalId(id), id);
        }
    }
}
