package io.marft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.environments.arithmetic.ArithmeticProblems;
import io.marft.environments.arithmetic.Problem;
import io.marft.environments.arithmetic.Pupil;
import io.marft.environments.arithmetic.Split;
import io.marft.policy.LanguageModel;
import io.marft.policy.token.ChatMessage;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.TeamAgent;
import io.marft.schemas.team.DependencyFunction;
import io.marft.schemas.team.TeamFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the committed team files promise to the committed model. */
class BundledTeamsTest {

    private static Team team(String name) {
        return TeamFile.load(Path.of("../../teams", name + ".yaml"));
    }

    /** A question as long as a problem allows, every predecessor as long as its sampling allows, a character a token. */
    @ParameterizedTest
    @ValueSource(strings = {"arithmetic", "solo", "verified", "judged"})
    void shouldFitTheContextWhateverIsAskedAndSaid(String name) {
        DependencyFunction dependencies = new DependencyFunction(team(name));
        try (LanguageModel model = LanguageModel.load(Path.of("../../models/arithmetic"), 1)) {
            for (TeamAgent agent : team(name).getAgents()) {
                String said = dependencies.predecessors(agent.getName()).stream()
                        .map(before -> "\n" + before.getName() + ": "
                                + "x".repeat(before.getSampling().getMaxNewTokens()))
                        .collect(Collectors.joining());
                int prompt = model.prompt(List.of(
                                new ChatMessage("system", agent.getProfile()),
                                new ChatMessage("user", "x".repeat(Problem.MAX_QUESTION) + said)))
                        .length;
                int all = prompt + agent.getSampling().getMaxNewTokens();
                assertTrue(all <= model.config().maxPositions(), agent.getName() + " may need " + all + " positions");
            }
        }
    }

    /** Names of three letters, the longest words, digits: no wording can be longer, and {@code Problem} refuses more than 60. */
    @Test
    void shouldAskQuestionsOfAtMost55Characters() {
        int longest = IntStream.range(0, 200_000)
                .map(i ->
                        ArithmeticProblems.problem(Split.TRAIN, 1, i).question().length())
                .max()
                .orElseThrow();
        assertEquals("Kim has 9 boxes of 9 rings less 7 each, breaks 9. Left?".length(), longest);
    }

    @ParameterizedTest
    @ValueSource(strings = {"arithmetic", "solo", "verified", "judged"})
    void shouldGiveAgentsProfilesThatTheModelKnows(String name) {
        List<String> known = Arrays.stream(Pupil.values()).map(Pupil::profile).toList();
        team(name).getAgents().forEach(agent -> assertTrue(known.contains(agent.getProfile()), agent.getProfile()));
    }
}
