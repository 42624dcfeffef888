package io.marft.trainer.update;

import io.marft.policy.train.Sequence;
import io.marft.trainer.batch.Decision;
import io.marft.trainer.batch.Episode;
import io.marft.trainer.objective.ActionTerm;
import io.marft.trainer.oracle.OracleDecision;
import io.marft.trainer.oracle.OracleEpisode;
import io.marft.trainer.oracle.RandomEpisodes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Random episodes of one team, for production and for the oracle. Log-probabilities and entropies are float32 in
 * production, so both sides have numbers that float32 can hold; values, rewards and advantages are float64 on both.
 */
record OracleBatch(List<OracleEpisode> episodes) {

    static OracleBatch draw(long seed, int episodes) {
        return new OracleBatch(new RandomEpisodes(seed)
                .batch(episodes).stream().map(OracleBatch::rounded).toList());
    }

    private static OracleEpisode rounded(OracleEpisode episode) {
        return new OracleEpisode(
                episode.after(),
                episode.answers(),
                episode.steps(),
                episode.decisions().stream().map(OracleBatch::rounded).toList());
    }

    private static OracleDecision rounded(OracleDecision decision) {
        return new OracleDecision(
                decision.step(),
                decision.agent(),
                decision.reward(),
                decision.words(),
                decision.value(),
                decision.newValue(),
                decision.tokenValues(),
                decision.newTokenValues(),
                rounded(decision.behaviour()),
                rounded(decision.proximal()),
                rounded(decision.current()),
                rounded(decision.base()),
                rounded(decision.entropies()));
    }

    private static double[] rounded(double[] values) {
        return Arrays.stream(values).map(value -> (float) value).toArray();
    }

    /** All decisions of all episodes. */
    List<OracleDecision> decisions() {
        return episodes.stream()
                .flatMap(episode -> episode.decisions().stream())
                .toList();
    }

    /** The agent of each decision by its place. */
    int[] agents() {
        return decisions().stream().mapToInt(OracleDecision::agent).toArray();
    }

    static String name(int agent) {
        return "agent" + agent;
    }

    /** The episodes as production has them. */
    Rollout rollout() {
        List<Episode> list = new ArrayList<>();
        for (OracleEpisode episode : episodes) {
            list.add(new Episode(
                    "t-" + list.size(),
                    episode.decisions().stream().map(OracleBatch::decision).toList()));
        }
        return new Rollout(list);
    }

    private static Decision decision(OracleDecision decision) {
        int[] prompt = {1};
        return new Decision(
                name(decision.agent()),
                decision.step(),
                0,
                1,
                new Sequence(prompt, new int[decision.tokens()]),
                prompt,
                floats(decision.behaviour()),
                decision.words(),
                decision.reward(),
                decision.reward());
    }

    /** What production's objective holds fixed about each decision; advantages are {@code [decisions][units]}. */
    List<ActionTerm> terms(double[][] advantages) {
        List<OracleDecision> all = decisions();
        return IntStream.range(0, all.size())
                .mapToObj(k -> term(all.get(k), advantages[k]))
                .toList();
    }

    static ActionTerm term(OracleDecision decision, double... advantages) {
        return new ActionTerm(
                advantages,
                floats(decision.proximal()),
                floats(decision.behaviour()),
                floats(decision.base()),
                decision.words());
    }

    float[][] current() {
        return decisions().stream().map(decision -> floats(decision.current())).toArray(float[][]::new);
    }

    float[][] entropies() {
        return decisions().stream()
                .map(decision -> floats(decision.entropies()))
                .toArray(float[][]::new);
    }

    static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }
}
