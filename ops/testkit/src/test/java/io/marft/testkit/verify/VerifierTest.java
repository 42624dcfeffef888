package io.marft.testkit.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.record.DroppedTrajectory;
import io.marft.schemas.record.TrajectoryOffset;
import io.marft.schemas.record.TrajectoryPosition;
import io.marft.schemas.record.Update;
import io.marft.testkit.Log.Placed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class VerifierTest {

    /**
     * One log of a history.
     *
     * @param free fields in which another value may go unnoticed, for nobody can foretell it or nothing follows from it
     */
    private record Kind(
            String name, Function<Sample, List<? extends Placed<? extends SpecificRecord>>> log, Set<String> free) {

        @SuppressWarnings("unchecked")
        List<Placed<SpecificRecord>> of(Sample sample) {
            return (List<Placed<SpecificRecord>>) log.apply(sample);
        }

        int size() {
            return log.apply(new Sample()).size();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static List<Kind> kinds() {
        return List.of(
                new Kind("observations", sample -> sample.observations, Set.of("createdAt")),
                new Kind("references", sample -> sample.references, Set.of("createdAt", "environment")),
                new Kind("turns", sample -> sample.turns, Set.of()),
                new Kind("actions", sample -> sample.actions, Set.of()),
                new Kind("rewards", sample -> sample.rewards, Set.of()),
                new Kind("trajectories", sample -> sample.trajectories, Set.of("closedAt")),
                new Kind(
                        "updates",
                        sample -> sample.updates,
                        Set.of(
                                "teamVersion",
                                "baseModelDigest",
                                // Both are held against the update beside it, which the first and the last have not.
                                "previousStateDigest",
                                "stateDigest",
                                "configuration",
                                "seed",
                                "trajectoryTopic",
                                "imported",
                                "metrics",
                                "device",
                                "startedAt",
                                "createdAt")),
                new Kind(
                        "adapters",
                        sample -> sample.adapters,
                        Set.of(
                                "update",
                                "baseModelDigest",
                                "rank",
                                "alpha",
                                "targets",
                                "bytes",
                                "chunks",
                                "createdAt")));
    }

    private static List<String> findings(Sample sample) {
        return new Verifier(Sample.SCORING).verify(sample.history()).findings();
    }

    @Test
    void shouldFindNothingWhereAllIsWell() {
        Verifier.Report report = new Verifier(Sample.SCORING).verify(new Sample().history());

        assertEquals(new Verifier.Report(List.of(), 4, 11, 2, 2, 1, 1), report);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void shouldMissWhateverRecordIsTakenAway(Kind kind) {
        for (int i = 0; i < kind.size(); i++) {
            Sample sample = new Sample();
            Placed<SpecificRecord> gone = kind.of(sample).remove(i);

            assertFalse(findings(sample).isEmpty(), () -> "without " + gone);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void shouldNoticeWhateverRecordIsThereTwice(Kind kind) {
        for (int i = 0; i < kind.size(); i++) {
            Sample sample = new Sample();
            Placed<SpecificRecord> twice = kind.of(sample).get(i);
            kind.of(sample).add(i, new Placed<>(twice.topic(), 0, 99, twice.key(), twice.value()));

            assertFalse(findings(sample).isEmpty(), () -> "twice " + twice);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void shouldNoticeWhateverFieldHasAnotherValue(Kind kind) {
        for (int i = 0; i < kind.size(); i++) {
            for (Schema.Field field :
                    kind.of(new Sample()).get(i).value().getSchema().getFields()) {
                Sample sample = new Sample();
                Placed<SpecificRecord> placed = kind.of(sample).get(i);
                SpecificRecord changed =
                        SpecificData.get().deepCopy(placed.value().getSchema(), placed.value());
                if (changed.get(field.pos()) instanceof List<?> list && list.isEmpty()) {
                    continue; // Another record has something there.
                }
                changed.put(field.pos(), another(changed.get(field.pos())));
                kind.of(sample).set(i, new Placed<>(placed.topic(), 0, placed.offset(), placed.key(), changed));

                assertTrue(
                        kind.free.contains(field.name()) || !findings(sample).isEmpty(),
                        () -> "'" + field.name() + "' of " + placed + " is now " + changed.get(field.pos()));
            }
        }
    }

    private static Object another(Object value) {
        if (value instanceof String text) {
            return text + "x";
        } else if (value instanceof Integer number) {
            return number + 1;
        } else if (value instanceof Long number) {
            return number + 1;
        } else if (value instanceof Float number) {
            return number + 1;
        } else if (value instanceof Double number) {
            return number + 1;
        } else if (value instanceof Boolean flag) {
            return !flag;
        } else if (value instanceof Instant time) {
            return time.plusMillis(1);
        } else if (value instanceof Enum<?> constant) {
            return Arrays.stream(constant.getDeclaringClass().getEnumConstants())
                    .filter(other -> other != constant)
                    .findFirst()
                    .orElseThrow();
        } else if (value instanceof List<?> list) {
            return list.subList(1, list.size());
        } else if (value instanceof Map<?, ?>) {
            return Map.of("stranger", 1.0);
        }
        SpecificRecord record = (SpecificRecord) value;
        SpecificRecord copy = SpecificData.get().deepCopy(record.getSchema(), record);
        copy.put(0, another(copy.get(0)));
        return copy;
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 2, 4})
    void shouldNoticeOffsetsThatDisagreeWithUpdates(long committed) {
        Sample sample = new Sample();
        sample.committed.put(0, committed);

        assertFalse(findings(sample).isEmpty());
    }

    @Test
    void shouldNoticePositionsThatDisagreeWithOffsets() {
        Sample sample = new Sample();
        place(sample, 3);
        assertEquals(List.of(), findings(sample));

        place(sample, 2);
        assertEquals(
                List.of("differing position of partition 0: 2 in the last update record, committed is 3"),
                findings(sample));
    }

    private static void place(Sample sample, long offset) {
        Update placed = Update.newBuilder(sample.updates.get(1).value())
                .setPositions(List.of(new TrajectoryPosition(0, offset)))
                .build();
        sample.updates.set(1, new Placed<>("updates", 0, 1, "checked", placed));
    }

    @Test
    void shouldNoticeAnUpdateThatDoesNotGoOnFromTheLast() {
        Sample sample = new Sample();
        Update second = Update.newBuilder(sample.updates.get(1).value())
                .setPreviousStateDigest("state-0")
                .build();
        sample.updates.set(1, new Placed<>("updates", 0, 1, "checked", second));

        assertEquals(
                List.of("differing update 2: begins with state state-0, but the one before left state-1"),
                findings(sample));
    }

    @Test
    void shouldNoticeATrajectoryTrainedTwice() {
        Sample sample = new Sample();
        Placed<Update> second = sample.updates.get(1);
        List<TrajectoryOffset> inputs = new ArrayList<>(second.value().getInputs());
        inputs.add(new TrajectoryOffset(0, 0L, "plain"));
        Update greedy = Update.newBuilder(second.value()).setInputs(inputs).build();
        sample.updates.set(1, new Placed<>("updates", 0, 1, "checked", greedy));

        assertEquals(List.of("double input plain of update 2: accounted for already at 0@0"), findings(sample));
    }

    @Test
    void shouldNoticeATrajectoryPassedOverWithoutAWord() {
        Sample sample = new Sample();
        Placed<Update> second = sample.updates.get(1);
        Update silent = Update.newBuilder(second.value())
                .setDropped(List.<DroppedTrajectory>of())
                .build();
        sample.updates.set(1, new Placed<>("updates", 0, 1, "checked", silent));

        assertEquals(List.of("unaccounted trajectory stale: at 0@1, committed up to 3"), findings(sample));
    }

    @Test
    void shouldTakeAnAccountForWhatItIsAndForNoUpdate() {
        Sample sample = new Sample();
        Update second = sample.updates.remove(1).value();
        Update account = Update.newBuilder(second)
                .setUpdate(1)
                .setInputs(List.of())
                .setAgents(List.of())
                .setPreviousStateDigest("")
                .setStateDigest("")
                .build();
        Update rest = Update.newBuilder(second).setDropped(List.of()).build();
        sample.updates.add(new Placed<>("updates", 0, 1, "checked", account));
        sample.updates.add(new Placed<>("updates", 0, 2, "checked", rest));

        assertEquals(
                new Verifier.Report(List.of(), 4, 11, 2, 2, 1, 1),
                new Verifier(Sample.SCORING).verify(sample.history()));

        Update misnumbered = Update.newBuilder(account).setUpdate(2).build();
        sample.updates.set(1, new Placed<>("updates", 0, 1, "checked", misnumbered));

        assertTrue(findings(sample).contains("misnumbered update 2: must be 1"), () -> findings(sample)
                .toString());
    }

    @Test
    void shouldNoticeARecordUnderAnotherKey() {
        Sample sample = new Sample();
        Placed<?> first = sample.turns.get(0);
        sample.turns.set(
                0,
                new Placed<>(first.topic(), 0, 0, "other", sample.turns.get(0).value()));

        assertEquals(
                List.of("misplaced turn plain/0/planner: at turns.planner 0@0 under key 'other'"), findings(sample));
    }

    @Test
    void shouldNoticeADeadLetter() {
        Sample sample = new Sample();
        DeadLetter letter = DeadLetter.newBuilder()
                .setService("router")
                .setReason("was observed already")
                .setTopic("observations")
                .setPartition(0)
                .setOffset(5)
                .setHeaders(Map.of())
                .setCreatedAt(Instant.EPOCH)
                .build();
        History clean = sample.history();
        History history = new History(
                clean.team(),
                clean.teams(),
                clean.observations(),
                clean.references(),
                clean.turns(),
                clean.actions(),
                clean.rewards(),
                clean.trajectories(),
                clean.updates(),
                clean.adapters(),
                List.of(new Placed<>("dead-letters", 0, 0, "plain", letter)),
                clean.committed());

        List<String> findings = new Verifier(Sample.SCORING).verify(history).findings();

        assertEquals(1, findings.size());
        assertTrue(findings.get(0).endsWith("observations 0@5, by router: was observed already"), findings.get(0));
    }
}
