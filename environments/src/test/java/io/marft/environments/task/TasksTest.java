package io.marft.environments.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.marft.environments.arithmetic.ArithmeticTask;
import org.junit.jupiter.api.Test;

class TasksTest {

    @Test
    void shouldFindTheBundledOneAndAnybodysOwn() {
        assertInstanceOf(ArithmeticTask.class, Tasks.named(Tasks.BUNDLED));
        assertEquals("7", Tasks.named("counting").training(1, 3).answer());
    }

    @Test
    void shouldNameTheKnownOnesWhereOneIsUnknown() {
        String message = assertThrows(IllegalArgumentException.class, () -> Tasks.named("chess"))
                .getMessage();
        assertEquals("task 'chess' is unknown: use one of [arithmetic, counting]", message);
    }
}
