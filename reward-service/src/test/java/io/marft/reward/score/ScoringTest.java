package io.marft.reward.score;

import static io.marft.reward.Sample.CHAIN;
import static io.marft.reward.Sample.CHAIN_2;
import static io.marft.reward.Sample.NOON;
import static io.marft.reward.Sample.PAIR;
import static io.marft.reward.Sample.PAUSING;
import static io.marft.reward.Sample.TRIAGE;
import static io.marft.reward.Sample.VERIFIED;
import static io.marft.reward.Sample.action;
import static io.marft.reward.Sample.observation;
import static io.marft.reward.Sample.reference;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.reward.Sample;
import io.marft.reward.score.Scoring.Accepted;
import io.marft.reward.score.Scoring.Ignored;
import io.marft.reward.score.Scoring.Outcome;
import io.marft.reward.score.Scoring.Rejected;
import io.marft.reward.verify.Verifiers;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Reference;
import io.marft.schemas.record.Reward;
import io.marft.schemas.record.ScoringState;
import io.marft.schemas.record.Team;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

class ScoringTest {

    private static final Optional<ScoringState> NEW = Optional.empty();

    private final Scoring scoring = new Scoring(Verifiers.onClassPath(), Sample::find);

    @Test
    void shouldScoreAnActionThatComesAfterItsReference() {
        Accepted first = accept(NEW, reference("e", "7"));
        Accepted second = accept(first.state(), action("e", 0, "actor", CHAIN, "\\boxed{7}"));

        assertEquals(List.of(), first.rewards());
        assertEquals(
                List.of(new Reward("e", 0, "chain", Purpose.TRAINING, 1.0, Map.of("actor", 1.0), "boxed", "1", NOON)),
                second.rewards());
        assertTrue(second.state().isEmpty(), "the horizon is scored");
    }

    @Test
    void shouldScoreAnActionThatComesBeforeItsReference() {
        Accepted first = accept(NEW, action("e", 0, "actor", CHAIN, "\\boxed{8}"));
        Accepted second = accept(first.state(), reference("e", "7"));

        assertEquals(List.of(), first.rewards());
        assertEquals(0.0, second.rewards().get(0).getValue());
        assertTrue(second.state().isEmpty());
    }

    @Test
    void shouldGiveTheMeanOfAllAnsweringAgents() {
        Accepted held = accept(NEW, reference("e", "7"));
        held = accept(held.state(), action("e", 0, "right", PAIR, "\\boxed{7}"));
        assertEquals(List.of(), held.rewards(), "left has not answered");

        held = accept(held.state(), action("e", 0, "left", PAIR, "no idea"));

        assertEquals(0.5, held.rewards().get(0).getValue());
        assertEquals(Map.of("left", 0.0, "right", 1.0), held.rewards().get(0).getParts());
    }

    @Test
    void shouldKeepTheReferenceUntilTheHorizonIsScored() {
        Accepted held = accept(NEW, reference("e", "7"));
        held = accept(held.state(), action("e", 0, "left", PAIR, "\\boxed{7}"));
        held = accept(held.state(), action("e", 0, "right", PAIR, "\\boxed{7}"));
        assertEquals(1, held.rewards().size());
        assertTrue(held.state().isPresent(), "step 1 is to come");

        held = accept(held.state(), action("e", 1, "left", PAIR, "\\boxed{6}"));
        held = accept(held.state(), action("e", 1, "right", PAIR, "\\boxed{6}"));

        assertEquals(1, held.rewards().size());
        assertEquals(1, held.rewards().get(0).getStep());
        assertEquals(-1.0, held.rewards().get(0).getValue(), "step 0 was right");
        assertTrue(held.state().isEmpty());
    }

    @Test
    void shouldScoreEveryStepThatWaitedForTheReference() {
        Accepted held = accept(NEW, action("e", 1, "left", PAIR, "\\boxed{7}"));
        for (Action action : List.of(
                action("e", 0, "left", PAIR, "\\boxed{7}"),
                action("e", 0, "right", PAIR, "\\boxed{7}"),
                action("e", 1, "right", PAIR, "\\boxed{7}"))) {
            held = accept(held.state(), action);
        }

        held = accept(held.state(), reference("e", "7"));

        assertEquals(List.of(0, 1), held.rewards().stream().map(Reward::getStep).toList());
    }

    @Test
    void shouldHoldAQuestionWithoutReference() {
        Accepted held = accept(NEW, action("q", 0, "actor", CHAIN, "\\boxed{7}", Purpose.QUESTION));

        assertEquals(List.of(), held.rewards());
        assertTrue(held.state().isPresent());
    }

    @Test
    void shouldIgnoreWhatIsNoFirstAnswer() {
        assertInstanceOf(Ignored.class, scoring.action(NEW, action("e", 0, "reasoner", CHAIN, "1"), NOON));

        Accepted held = accept(NEW, action("e", 0, "actor", CHAIN, "\\boxed{7}"));
        assertInstanceOf(
                Ignored.class, scoring.action(held.state(), action("e", 0, "actor", CHAIN, "\\boxed{8}"), NOON));
    }

    @Test
    void shouldSayWhyARecordCannotBeUsed() {
        Team unknown = Team.newBuilder(CHAIN).setVersion(9).build();
        Accepted held = accept(accept(NEW, reference("e", "7")).state(), action("e", 0, "left", PAIR, "7"));
        Accepted pending = accept(NEW, action("f", 0, "actor", CHAIN, "7"));

        assertEquals("team chain version 9 is unknown", reject(NEW, action("e", 0, "actor", unknown, "7")));
        assertEquals("agent left is not in team chain version 1", reject(NEW, action("e", 0, "left", CHAIN, "7")));
        assertEquals(
                "step 1 is outside the horizon of 1 of team chain", reject(NEW, action("e", 1, "actor", CHAIN, "7")));
        assertEquals(
                "step -1 is outside the horizon of 1 of team chain", reject(NEW, action("e", -1, "actor", CHAIN, "7")));
        assertEquals(
                "episode keeps team chain version 1, not chain version 2",
                reject(pending.state(), action("f", 0, "actor", CHAIN_2, "7")));
        assertEquals(
                "verifier 'oracle' is unknown: use one of [boxed, exact]",
                assertInstanceOf(Rejected.class, scoring.reference(NEW, reference("e", "7", "oracle"), NOON))
                        .reason());
        assertEquals(
                "episode has a reference already",
                assertInstanceOf(Rejected.class, scoring.reference(held.state(), reference("e", "8"), NOON))
                        .reason());
    }

    @Test
    void shouldScoreAStepAsSoonAsTheOthersAreSkipped() {
        Accepted held = accept(NEW, reference("e", "7"));
        held = accept(held.state(), action("e", 0, "triage", TRIAGE, "fast"));
        held = accept(held.state(), action("e", 0, "fast", TRIAGE, "\\boxed{7}"));
        assertEquals(List.of(), held.rewards(), "whether slow is skipped is not known");

        held = accept(held.state(), observation("e", 0, TRIAGE));

        assertEquals(
                List.of(Map.of("fast", 1.0)),
                held.rewards().stream().map(Reward::getParts).toList());
        assertEquals(1.0, held.rewards().get(0).getValue());
        assertTrue(held.state().isEmpty());
    }

    @Test
    void shouldGiveNothingForAStepInWhichEveryAnswerIsSkipped() {
        Accepted held = accept(NEW, observation("e", 0, TRIAGE));
        held = accept(held.state(), reference("e", "7"));

        held = accept(held.state(), action("e", 0, "triage", TRIAGE, "nobody"));

        assertEquals(
                List.of(new Reward("e", 0, "triage", Purpose.TRAINING, 0.0, Map.of(), "boxed", "1", NOON)),
                held.rewards());
        assertTrue(held.state().isEmpty());
    }

    @Test
    void shouldNeverScoreAStepOnWhichAConditionHasNoValue() {
        Accepted held = accept(NEW, observation("e", 0, TRIAGE));
        held = accept(held.state(), reference("e", "7"));
        held = accept(held.state(), action("e", 0, "triage", TRIAGE, "("));

        assertEquals(List.of(), held.rewards());
        assertTrue(held.state().isPresent());
    }

    @Test
    void shouldGiveEachStepWhatItBettered() {
        assertEquals(List.of(0.0, 1.0, 0.0), values("6", "7", "7"));
        assertEquals(List.of(1.0, -1.0, 1.0), values("7", "6", "7"));
        assertEquals(List.of(1.0, 0.0, -1.0), values("7", "7", "8"));
        assertEquals(List.of(0.0, 0.0, 0.0), values("6", "8", "9"));
    }

    @Test
    void shouldAddUpToTheVerdictOnTheLastAnswerHoweverTopicsRunAheadAndWhateverOthersObserve() {
        Random random = new Random(3);
        for (int i = 0; i < 200; i++) {
            int steps = 1 + random.nextInt(3);
            String last = "";
            List<SpecificRecord> actions = new ArrayList<>();
            List<SpecificRecord> observations = new ArrayList<>();
            for (int step = 0; step < steps; step++) {
                last = String.valueOf(6 + random.nextInt(2));
                observations.add(observation("e", step, VERIFIED));
                actions.add(action("e", step, "actor", VERIFIED, "\\boxed{" + last + "}"));
                actions.add(action("e", step, "verifier", VERIFIED, step + 1 < steps ? "no" : "yes"));
            }
            if (steps < 3) {
                observations.add(observation("e", steps, VERIFIED, Purpose.TRAINING, true));
            }
            for (int foreign = random.nextInt(4); foreign > 0; foreign--) {
                observations.add(
                        random.nextInt(observations.size()),
                        observation("e", 1 + random.nextInt(2), VERIFIED, Purpose.TRAINING, random.nextBoolean()));
            }
            List<SpecificRecord> records = merged(random, List.of(reference("e", "7")), actions, observations);

            List<Reward> rewards = new ArrayList<>();
            Optional<ScoringState> state = NEW;
            for (SpecificRecord record : records) {
                Outcome outcome = take(state, record);
                if (outcome instanceof Accepted accepted) {
                    rewards.addAll(accepted.rewards());
                    state = accepted.state();
                }
            }

            assertEquals(
                    IntStream.range(0, steps).boxed().toList(),
                    rewards.stream().map(Reward::getStep).toList());
            assertEquals(
                    last.equals("7") ? 1.0 : 0.0,
                    rewards.stream().mapToDouble(Reward::getValue).sum());
            boolean held = state.isPresent() && (steps < 3 || state.get().getReference() != null);
            assertFalse(held, "nothing is held of an episode that is done");
        }
    }

    @Test
    void shouldLeaveTheAnswerAsItWasWhereNobodyAnswers() {
        Accepted held = accept(NEW, reference("e", "7"));
        held = accept(held.state(), observation("e", 0, PAUSING));
        held = accept(held.state(), action("e", 0, "actor", PAUSING, "\\boxed{7}"));
        assertEquals(1.0, held.rewards().get(0).getValue());

        held = accept(held.state(), observation("e", 1, PAUSING));
        assertEquals(0.0, held.rewards().get(0).getValue());
        assertEquals(Map.of(), held.rewards().get(0).getParts());

        held = accept(held.state(), observation("e", 2, PAUSING));
        held = accept(held.state(), action("e", 2, "actor", PAUSING, "\\boxed{8}"));
        assertEquals(-1.0, held.rewards().get(0).getValue());
        assertTrue(held.state().isEmpty());
    }

    @Test
    void shouldHoldNothingThatNoAnswerDependsOn() {
        assertInstanceOf(Ignored.class, scoring.action(NEW, action("e", 2, "verifier", VERIFIED, "no"), NOON));
        assertInstanceOf(Ignored.class, scoring.observation(NEW, observation("e", 1, VERIFIED), NOON));
        assertInstanceOf(Ignored.class, scoring.observation(NEW, observation("e", 0, CHAIN), NOON));
        assertInstanceOf(
                Ignored.class, scoring.observation(NEW, observation("e", 1, CHAIN, Purpose.TRAINING, true), NOON));
    }

    @Test
    void shouldNotEndAnEpisodeByADoneFlagThatTheRouterRefuses() {
        for (Team team : List.of(PAIR, VERIFIED)) {
            Accepted held = accept(accept(NEW, reference("e", "7")).state(), observation("e", 0, team));
            for (int step : new int[] {Integer.MIN_VALUE, -1, 0, 3, Integer.MAX_VALUE}) {
                Observation done = observation("e", step, team, Purpose.TRAINING, true);
                assertInstanceOf(Ignored.class, scoring.observation(held.state(), done, NOON), "step " + step);
            }
        }
        Accepted pair = accept(accept(NEW, reference("e", "7")).state(), observation("e", 0, PAIR));
        pair = accept(pair.state(), observation("e", 1, PAIR));
        assertInstanceOf(
                Ignored.class,
                scoring.observation(pair.state(), observation("e", 1, PAIR, Purpose.TRAINING, true), NOON));
    }

    @Test
    void shouldKeepTheReferenceWhereATeamTriesAgainAlthoughSomebodySaysItIsDone() {
        Accepted held = accept(NEW, reference("e", "7"));
        held = accept(held.state(), observation("e", 0, VERIFIED));
        Observation another = Observation.newBuilder(observation("e", 1, VERIFIED, Purpose.TRAINING, true))
                .setMessages(List.of())
                .build();
        assertInstanceOf(Ignored.class, scoring.observation(held.state(), another, NOON));
        held = accept(held.state(), observation("e", 1, VERIFIED, Purpose.TRAINING, true));
        held = accept(held.state(), action("e", 0, "actor", VERIFIED, "\\boxed{6}"));
        assertEquals(1, held.rewards().size());

        held = accept(held.state(), action("e", 0, "verifier", VERIFIED, "no"));
        held = accept(held.state(), observation("e", 1, VERIFIED));
        held = accept(held.state(), action("e", 1, "actor", VERIFIED, "\\boxed{7}"));

        assertEquals(List.of(1.0), held.rewards().stream().map(Reward::getValue).toList());
        held = accept(held.state(), action("e", 1, "verifier", VERIFIED, "yes"));
        assertTrue(held.state().isPresent(), "the team's own end is to come");
        assertTrue(accept(held.state(), observation("e", 2, VERIFIED, Purpose.TRAINING, true))
                .state()
                .isEmpty());
    }

    @Test
    void shouldLeaveAnObservationOfAnUnknownTeamToTheRouter() {
        Team unknown = Team.newBuilder(CHAIN).setVersion(9).build();
        assertInstanceOf(Ignored.class, scoring.observation(NEW, observation("e", 0, unknown), NOON));
    }

    @Test
    void shouldForgetAnEpisodeWithSkipsOnlyAfterItsObservations() {
        Accepted held = accept(NEW, reference("e", "7"));
        for (String agent : List.of("triage", "fast", "plan", "slow")) {
            held = accept(held.state(), action("e", 0, agent, TRIAGE, "\\boxed{7}"));
        }
        assertEquals(List.of(), held.rewards());
        held = accept(held.state(), observation("e", 0, TRIAGE));
        assertEquals(1, held.rewards().size());
        assertTrue(held.state().isEmpty());
    }

    /** Topics' records as one sequence that keeps the order in each. */
    @SafeVarargs
    private static List<SpecificRecord> merged(Random random, List<? extends SpecificRecord>... topics) {
        List<List<SpecificRecord>> left = new ArrayList<>();
        for (List<? extends SpecificRecord> topic : topics) {
            left.add(new ArrayList<>(topic));
        }
        List<SpecificRecord> records = new ArrayList<>();
        while (!left.isEmpty()) {
            List<SpecificRecord> topic = left.get(random.nextInt(left.size()));
            records.add(topic.remove(0));
            left.removeIf(List::isEmpty);
        }
        return records;
    }

    /** The rewards of an episode of three steps with these answers to a question whose answer is 7. */
    private List<Double> values(String... answers) {
        List<Double> values = new ArrayList<>();
        Accepted held = accept(NEW, reference("e", "7"));
        for (int step = 0; step < answers.length; step++) {
            held = accept(held.state(), action("e", step, "actor", VERIFIED, "\\boxed{" + answers[step] + "}"));
            held.rewards().forEach(reward -> values.add(reward.getValue()));
        }
        assertTrue(held.state().isEmpty());
        return values;
    }

    private Outcome take(Optional<ScoringState> known, SpecificRecord record) {
        if (record instanceof Observation observation) {
            return scoring.observation(known, observation, NOON);
        }
        return record instanceof Action action
                ? scoring.action(known, action, NOON)
                : scoring.reference(known, (Reference) record, NOON);
    }

    private Accepted accept(Optional<ScoringState> known, Observation observation) {
        return assertInstanceOf(Accepted.class, scoring.observation(known, observation, NOON));
    }

    private Accepted accept(Optional<ScoringState> known, Action action) {
        return assertInstanceOf(Accepted.class, scoring.action(known, action, NOON));
    }

    private Accepted accept(Optional<ScoringState> known, Reference reference) {
        return assertInstanceOf(Accepted.class, scoring.reference(known, reference, NOON));
    }

    private String reject(Optional<ScoringState> known, Action action) {
        return assertInstanceOf(Rejected.class, scoring.action(known, action, NOON))
                .reason();
    }
}
