package io.marft.schemas.team;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.marft.schemas.record.Message;
import io.marft.schemas.record.PredecessorAction;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConversationTest {

    @Test
    void shouldAppendPredecessorsToTheLastUserMessage() {
        List<Message> observed =
                List.of(new Message("user", "one"), new Message("assistant", "two"), new Message("user", "three"));
        List<PredecessorAction> said =
                List.of(new PredecessorAction("a", 0L, "A"), new PredecessorAction("b", 0L, "B"));

        assertEquals(
                List.of(
                        new Message("user", "one"),
                        new Message("assistant", "two"),
                        new Message("user", "three\na: A\nb: B")),
                Conversation.of("", observed, said));
        assertEquals(
                List.of(new Message("system", "p"), new Message("user", "a: A\nb: B")),
                Conversation.of("p", List.of(), said));
        assertEquals(
                List.of(new Message("system", "p"), new Message("user", "one")),
                Conversation.of("p", List.of(new Message("user", "one")), List.of()));
    }
}
