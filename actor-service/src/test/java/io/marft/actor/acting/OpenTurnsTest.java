package io.marft.actor.acting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class OpenTurnsTest {

    private static final TopicPartition P0 = new TopicPartition("turns", 0);
    private static final TopicPartition P1 = new TopicPartition("turns", 1);

    /** What was asked, in order, and the answers to it; a turn that was asked again has the later answer. */
    private final List<String> asked = new ArrayList<>();

    private final Map<String, CompletableFuture<Policy.Answer>> answers = new TreeMap<>();
    private final OpenTurns turns = new OpenTurns(4);

    @Test
    void shouldCommitAnswersInTheOrderOfTheirPartitionWhateverTheOrderTheyComeIn() {
        take("0@5", "0@7", "1@2", "0@9");

        answer("0@9");
        assertEquals(List.of(), answered());
        answer("1@2");
        assertEquals(List.of("1@2"), answered());
        answer("0@5");
        assertEquals(List.of("0@5", "1@2"), answered());
        answer("0@7");
        assertEquals(List.of("0@5", "0@7", "0@9", "1@2"), answered());
        assertEquals(
                Map.of(P0, new OffsetAndMetadata(10), P1, new OffsetAndMetadata(3)), OpenTurns.after(turns.answered()));
    }

    @Test
    void shouldKeepAnswersUntilTheyAreCommitted() {
        take("0@5", "0@6", "0@7");
        answer("0@5", "0@6");

        assertEquals(List.of("0@5", "0@6"), answered());
        assertEquals(List.of("0@5", "0@6"), answered(), "a commit that failed is tried with the same answers");
        turns.committed(OpenTurns.after(turns.answered()));

        assertEquals(List.of(), answered());
        answer("0@7");
        assertEquals(List.of("0@7"), answered());
        turns.committed(OpenTurns.after(turns.answered()));
        assertTrue(turns.isEmpty());
        assertEquals(List.of("0@5", "0@6", "0@7"), asked);
    }

    @Test
    void shouldKnowByTheGroupsOffsetsWhatAFencedTransactionCommitted() {
        take("0@5", "0@6", "1@2", "1@3");
        answer("0@5", "0@6", "1@2");
        Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
        committed.put(P0, new OffsetAndMetadata(6));
        committed.put(P1, null);
        committed.put(new TopicPartition("turns", 2), new OffsetAndMetadata(1));

        turns.committed(committed);

        assertEquals(List.of("0@6", "1@2"), answered());
    }

    @Test
    void shouldAnswerNoMoreAtOnceThanTheLimitAndTakeOthersAsSoonAsSomeAreAnswered() {
        take("0@0", "0@1", "0@2");
        assertTrue(turns.haveRoom());
        take("0@3", "0@4", "0@5");
        assertEquals(List.of("0@0", "0@1", "0@2", "0@3"), asked);
        assertFalse(turns.haveRoom());

        answer("0@2");
        take();
        assertEquals("0@4", asked.get(4));
        assertFalse(turns.haveRoom());

        answer("0@3", "0@4");
        take();
        assertEquals("0@5", asked.get(5));
        assertTrue(turns.haveRoom(), "one place is free, and nothing waits for it");
    }

    @Test
    void shouldNotTakeTurnsWithoutBoundBehindOneThatIsNotAnswered() {
        take("0@0");
        for (int i = 1; i < 32; i++) {
            assertTrue(turns.haveRoom());
            take("0@" + i);
            answer("0@" + i);
        }

        assertFalse(turns.haveRoom(), "8 batches are open");
        answer("0@0");
        turns.committed(OpenTurns.after(turns.answered()));
        assertTrue(turns.haveRoom());
    }

    @Test
    void shouldDropTheTurnsOfAPartitionThatIsTakenAway() {
        take("0@0", "1@0", "0@1", "1@1", "0@2");
        answer("0@0", "1@0");

        turns.onPartitionsRevoked(List.of(P0));

        assertEquals(List.of("1@0"), answered());
        assertTrue(answers.get("0@1").isCancelled(), "nobody waits for it any more");
        assertFalse(answers.get("1@1").isDone());
        assertEquals(Optional.empty(), turns.failure());
        take("0@0");
        assertEquals(List.of("0@0", "1@0", "0@1", "1@1", "0@0"), asked, "what waited there is not asked");
    }

    @Test
    void shouldTakeATurnOnce() {
        take("0@0");
        take("0@0");

        assertEquals(List.of("0@0"), asked);
    }

    @Test
    void shouldAskATurnAgainWhoseAnswerFailedAndCommitNoneBehindItBefore() {
        take("0@0", "0@1");
        answer("0@1");
        IllegalStateException error = new IllegalStateException("no such server");
        answers.get("0@0").completeExceptionally(error);

        assertEquals(List.of(), answered());
        assertEquals(Optional.of(error), turns.failure());
        assertEquals(Optional.empty(), turns.failure());
        assertEquals(List.of(), answered());
        take();
        assertEquals(List.of("0@0", "0@1", "0@0"), asked);
        answer("0@0");
        assertEquals(List.of("0@0", "0@1"), answered());
    }

    @Test
    void shouldLetTurnsWaitThatCannotBeAskedNow() {
        turns.add(record("0@0"));

        assertThrows(
                IllegalStateException.class,
                () -> turns.begin(records -> {
                    throw new IllegalStateException("registry is away");
                }));
        assertFalse(turns.haveRoom());
        take();

        assertEquals(List.of("0@0"), asked);
    }

    private void take(String... places) {
        for (String place : places) {
            turns.add(record(place));
        }
        turns.begin(records -> records.stream()
                .map(record -> {
                    CompletableFuture<Policy.Answer> answer = new CompletableFuture<>();
                    String place = record.partition() + "@" + record.offset();
                    asked.add(place);
                    answers.put(place, answer);
                    return answer;
                })
                .toList());
    }

    private void answer(String... places) {
        for (String place : places) {
            answers.get(place).complete(new Policy.Answer.Refused("of " + place));
        }
    }

    /** The places of what may be committed, by partition; each with its own answer. */
    private List<String> answered() {
        return turns.answered().stream()
                .map(turn -> {
                    String place =
                            turn.record().partition() + "@" + turn.record().offset();
                    assertEquals(new Policy.Answer.Refused("of " + place), turn.answer());
                    return place;
                })
                .sorted()
                .toList();
    }

    private static ConsumerRecord<String, byte[]> record(String place) {
        int at = place.indexOf('@');
        int partition = Integer.parseInt(place.substring(0, at));
        return new ConsumerRecord<>("turns", partition, Long.parseLong(place.substring(at + 1)), "e", new byte[0]);
    }
}
