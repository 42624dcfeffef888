package io.marft.reward.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.marft.schemas.catalogue.ByName;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerifiersTest {

    private final ByName<Verifier> verifiers = Verifiers.onClassPath();

    @Test
    void shouldHaveTheBundledOneAndAnybodysOwn() {
        assertEquals(List.of("boxed", "exact"), verifiers.names());
        assertInstanceOf(BoxedVerifier.class, verifiers.get("boxed"));
        assertEquals("7", verifiers.get("exact").version());
    }

    @Test
    void shouldNameTheKnownOnesWhereOneIsUnknown() {
        String message = assertThrows(IllegalArgumentException.class, () -> verifiers.get("oracle"))
                .getMessage();
        assertEquals("verifier 'oracle' is unknown: use one of [boxed, exact]", message);
    }
}
