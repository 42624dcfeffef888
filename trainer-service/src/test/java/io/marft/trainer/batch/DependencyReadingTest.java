package io.marft.trainer.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.policy.LanguageModel;
import io.marft.policy.TinyModels;
import io.marft.policy.token.ChatMessage;
import io.marft.schemas.record.Message;
import io.marft.schemas.record.PredecessorAction;
import io.marft.schemas.record.Step;
import io.marft.schemas.record.Team;
import io.marft.schemas.team.Conversation;
import io.marft.schemas.team.TeamFile;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the reader makes of branches, skipped agents, several steps and several answers. */
final class DependencyReadingTest {

    private static final String CHAIN = "{name: a, profile: A., sampling: {maxNewTokens: 40}},"
            + " {name: b, profile: B., after: [a], answers: true, sampling: {maxNewTokens: 20}}";
    private static final String FORK =
            "{name: l, profile: L.}, {name: r, profile: R.}, {name: j, profile: J., after: [l, r], answers: true}";
    private static final String SKIPPING = "{name: p, when: \"observation.text != 'easy'\"}, {name: s, after: [p],"
            + " sampling: {maxNewTokens: 20},"
            + " answers: true, when: \"!has(actions.p) || actions.p != 'pass'\"}";

    @TempDir
    static Path directory;

    private static LanguageModel model;

    @BeforeAll
    static void load() {
        model = LanguageModel.load(TinyModels.write(directory, TinyModels.config(), 1), 1);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static Team team(String agents) {
        return TeamFile.parse("name: some\nhorizon: 3\nagents: [" + agents + "]\n", "test");
    }

    private static List<Decision> usable(Team team, Step... steps) {
        return assertInstanceOf(Reading.Usable.class, read(team, true, steps))
                .episode()
                .decisions();
    }

    private static String invalid(Team team, Step... steps) {
        return assertInstanceOf(Reading.Invalid.class, read(team, true, steps)).reason();
    }

    private static Reading read(Team team, boolean terminal, Step... steps) {
        return new EpisodeReader(team, model).read(new Written(model, team).trajectory(terminal, steps), 0, 0);
    }

    /** A step whose agents said what is given as {@code agent: text}. */
    private static Step step(Team team, int step, String observed, double reward, String... said) {
        return new Written(model, team).step(step, observed, reward, said);
    }

    private static List<String> agents(List<Decision> decisions) {
        return decisions.stream().map(Decision::agent).toList();
    }

    private static double[] rewards(List<Decision> decisions) {
        return decisions.stream().mapToDouble(Decision::reward).toArray();
    }

    /** The critic's context of an agent, as a conversation with everything said so far. */
    private static int[] context(String profile, String observed, String... said) {
        List<PredecessorAction> actions = List.of(said).stream()
                .map(line -> line.split(": "))
                .map(line -> new PredecessorAction(line[0], 0L, line[1]))
                .toList();
        return model.prompt(Conversation.of(profile, List.of(new Message("user", observed)), actions).stream()
                .map(message -> new ChatMessage(message.getRole(), message.getContent()))
                .toList());
    }

    @Test
    void shouldLetTheCriticSeeTheOtherBranch() {
        Team team = team(FORK);

        List<Decision> decisions = usable(team, step(team, 0, "q", 1, "l: one", "r: two", "j: both"));

        assertTrue(decisions.get(0).sharesContext());
        assertFalse(decisions.get(1).sharesContext());
        assertArrayEquals(context("R.", "q"), decisions.get(1).sequence().prompt());
        assertArrayEquals(context("R.", "q", "l: one"), decisions.get(1).criticContext());
        assertTrue(decisions.get(2).sharesContext());
        assertArrayEquals(new double[] {0, 0, 1}, rewards(decisions));
    }

    @Test
    void shouldLetTheCriticSeeEarlierStepsAndPayEachStep() {
        Team team = team(CHAIN);

        List<Decision> decisions = usable(
                team, step(team, 0, "q", 0.25, "a: one", "b: two"), step(team, 1, "again", 0.5, "a: six", "b: ten"));

        assertEquals(List.of("a", "b", "a", "b"), agents(decisions));
        assertArrayEquals(
                new int[] {0, 0, 1, 1},
                decisions.stream().mapToInt(Decision::step).toArray());
        assertArrayEquals(new double[] {0, 0.25, 0, 0.5}, rewards(decisions));
        assertArrayEquals(
                new double[] {0.25, 0.25, 0.5, 0.5},
                decisions.stream().mapToDouble(Decision::stepReward).toArray());
        assertTrue(decisions.get(1).sharesContext());
        assertArrayEquals(
                context("A.", "again", "a: one", "b: two"), decisions.get(2).criticContext());
        assertArrayEquals(context("A.", "again"), decisions.get(2).sequence().prompt());
        assertArrayEquals(
                context("B.", "again", "a: one", "b: two", "a: six"),
                decisions.get(3).criticContext());
    }

    @Test
    void shouldLeaveOutTheOldestActionsThatTheCriticHasNoRoomFor() {
        Team team = team(CHAIN);
        String[] said = {"a: " + "x".repeat(39), "b: " + "y".repeat(38), "a: " + "z".repeat(38)};
        assertTrue(context("B.", "q", said).length > model.maxLength(), "does not fit the model");

        List<Decision> decisions =
                usable(team, step(team, 0, "q", 0, said[0], said[1]), step(team, 1, "q", 0, said[2], "b: w"));

        assertArrayEquals(context("A.", "q", said[1]), decisions.get(2).criticContext());
        assertArrayEquals(context("B.", "q", said[1], said[2]), decisions.get(3).criticContext());
    }

    /** Room is kept for the agent's longest action, of 40 tokens, so a value cannot give away what it will say. */
    @Test
    void shouldLetTheCriticSeeTheSameWhateverTheAgentThenDoes() {
        Team team = team(CHAIN);
        Step first = step(team, 0, "q", 0, "a: " + "x".repeat(39), "b: " + "y".repeat(39));

        List<Decision> terse = usable(team, first, step(team, 1, "q", 0, "a: z", "b: w"));
        List<Decision> wordy = usable(team, first, step(team, 1, "q", 0, "a: " + "z".repeat(40), "b: w"));

        assertArrayEquals(terse.get(2).criticContext(), wordy.get(2).criticContext());
        assertArrayEquals(
                context("A.", "q", "b: " + "y".repeat(39)), terse.get(2).criticContext());
    }

    @Test
    void shouldRefuseAnObservationThatLeavesTheCriticNoRoom() {
        Team team = team(CHAIN);
        Step long1 = Step.newBuilder(step(team, 1, "q", 0, "a: one", "b: two"))
                .setMessages(List.of(new Message("user", "x".repeat(200))))
                .build();

        assertEquals(
                "agent 'a' has an observation that leaves the critic no room",
                invalid(team, step(team, 0, "q", 0, "a: one", "b: two"), long1));
    }

    /** The assembler closes none like it. */
    @Test
    void shouldRefuseAnEpisodeThatWasCutOff() {
        Team team = team("{name: a, answers: true}");
        String text = "x".repeat(model.maxLength() - context("", "q").length);
        Step full = step(team, 0, "q", 0, "a: " + text);

        assertInstanceOf(Reading.Usable.class, read(team, true, full));
        assertEquals(
                "was cut off, but is closed by HORIZON",
                assertInstanceOf(Reading.Invalid.class, read(team, false, full)).reason());
    }

    @Test
    void shouldTakeAnEpisodeWithoutThoseThatTheirConditionSkips() {
        Team team = team(SKIPPING);

        List<Decision> decisions =
                usable(team, step(team, 0, "hard", 0.5, "p: go", "s: done"), step(team, 1, "easy", 1, "s: done"));

        assertEquals(List.of("p", "s", "s"), agents(decisions));
        assertArrayEquals(new double[] {0, 0.5, 1}, rewards(decisions));
    }

    @Test
    void shouldRefuseActorsThatTheirConditionSkipsAndMissingOnesThatItDoesNot() {
        Team team = team(SKIPPING);

        assertEquals(
                "step 0 has actions of [p, s], the order is [s]",
                invalid(team, step(team, 0, "easy", 1, "p: go", "s: done")));
        assertEquals(
                "step 0 has actions of [s], the order is [p, s]", invalid(team, step(team, 0, "hard", 1, "s: done")));
    }

    @Test
    void shouldTakeNoRewardWhereNobodyAnswered() {
        Team team = team(SKIPPING);

        assertArrayEquals(new double[] {0}, rewards(usable(team, step(team, 0, "hard", 0, "p: pass"))));
        assertEquals("step 0 has reward 1.0, but nobody answered", invalid(team, step(team, 0, "hard", 1, "p: pass")));
    }

    @Test
    void shouldDropAnEpisodeInWhichAllWereSkipped() {
        Team team = team("{name: a, answers: true, when: observation.step > 0}");

        assertEquals(
                new Reading.Dropped("has no actions: all agents were skipped"),
                read(team, true, step(team, 0, "q", 0)));
    }

    @Test
    void shouldPayTheLastOfSeveralThatAnswer() {
        Team team = team("{name: a, answers: true}, {name: b, after: [a], answers: true}");

        assertArrayEquals(new double[] {0, 0.5}, rewards(usable(team, step(team, 0, "q", 0.5, "a: one", "b: two"))));
    }

    /** The verifier acts last, but cannot have changed the step's score. */
    @Test
    void shouldPayTheLastThatLeadsToAnAnswerAndNobodyBehindIt() {
        Team team = team("{name: a}, {name: b, after: [a], answers: true}, {name: v, after: [b]}");

        List<Decision> decisions = usable(team, step(team, 0, "q", 1, "a: one", "b: two", "v: ok"));

        assertArrayEquals(new double[] {0, 1, 0}, rewards(decisions));
        assertArrayEquals(
                new double[] {1, 1, 1},
                decisions.stream().mapToDouble(Decision::stepReward).toArray());
    }

    @Test
    void shouldCountWordsAndTakeSilenceForOne() {
        Team team = team(CHAIN);

        List<Decision> decisions = usable(team, step(team, 0, "q", 0, "a:  one  two three ", "b:  "));

        assertArrayEquals(
                new int[] {3, 1}, decisions.stream().mapToInt(Decision::words).toArray());
    }
}
