package io.marft.schemas.catalogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ByNameTest {

    /** Something with a name. */
    public interface Fruit {
        String name();
    }

    private record Apple(String name) implements Fruit {}

    private record Pear(String name) implements Fruit {}

    private static ByName<Fruit> table(Fruit... all) {
        return new ByName<>("fruit", Fruit::name, List.of(all));
    }

    private static String refused(Fruit... all) {
        return assertThrows(IllegalArgumentException.class, () -> table(all)).getMessage();
    }

    @Test
    void shouldFindEachByItsOwnName() {
        ByName<Fruit> fruits = table(new Pear("b"), new Apple("a"));
        assertEquals(new Pear("b"), fruits.get("b"));
        assertEquals(Optional.empty(), fruits.find("c"));
        assertEquals(List.of("a", "b"), fruits.names());
    }

    @Test
    void shouldNameTheKnownOnesWhereOneIsUnknown() {
        IllegalArgumentException error =
                assertThrows(IllegalArgumentException.class, () -> table(new Apple("a"), new Pear("b"))
                        .get("c"));
        assertEquals("fruit 'c' is unknown: use one of [a, b]", error.getMessage());
    }

    @Test
    void shouldRefuseTwoOfOneNameAndOneWithout() {
        assertEquals(
                "fruit 'a' is both " + Apple.class.getName() + " and " + Pear.class.getName() + ": rename one",
                refused(new Apple("a"), new Pear("a")));
        assertEquals("fruit " + Pear.class.getName() + " has no name: give it one", refused(new Pear(" ")));
    }

    @Test
    void shouldSayWhichLineOfATableNamesNoClass() {
        String message = assertThrows(
                        IllegalArgumentException.class, () -> ByName.onClassPath(Fruit.class, "fruit", Fruit::name))
                .getMessage();
        assertTrue(message.contains("no.such.Fruit not found"), message);
        assertTrue(message.endsWith("mend its line in META-INF/services, or its class"), message);
    }
}
