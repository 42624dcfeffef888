package io.marft.trainer.configure;

import io.marft.policy.adapter.LoraConfig;
import io.marft.trainer.Require;
import io.marft.trainer.advantage.GeneralizedAdvantage;
import io.marft.trainer.objective.Level;
import io.marft.trainer.objective.PolicyObjective;
import io.marft.trainer.optimizer.AdamW;
import java.util.List;
import java.util.function.Consumer;

/**
 * Everything that shapes a training update beside its data and its seed. Every update record carries it.
 *
 * @param level what is credited and clipped
 * @param schedule which agents are trained, and in what order
 * @param credit over what a decision is credited
 * @param formulas whose formulas compute it; the reference implementation's are for checking only
 * @param batchEpisodes how many episodes an update learns from
 * @param maxStaleness how many adapter versions an action may lag behind; older episodes are dropped
 * @param epochs how often an update goes through its batch
 * @param minibatches into how many optimizer steps an epoch is cut
 * @param microBatch how many sequences go through the model at once; bounds memory, and changes no result but by rounding
 * @param targetKl an agent's remaining epochs are left out once its approximate KL to the policy at the start of the
 *     update passes this, before the step that would follow
 * @param maxGradientNorm each agent's gradient, and the critic's, is scaled down to this global norm
 * @param advantage γ, λ, γ_token and the normalisation
 * @param policy the agents' objective
 * @param optimizer the agents' optimizer
 * @param critic the critic and its training
 * @param lora the agents' adapters; fixed once training has begun
 */
public record TrainingConfiguration(
        Level level,
        Schedule schedule,
        CreditMode credit,
        Formulas formulas,
        int batchEpisodes,
        int maxStaleness,
        int epochs,
        int minibatches,
        int microBatch,
        double targetKl,
        double maxGradientNorm,
        GeneralizedAdvantage advantage,
        PolicyObjective policy,
        AdamW optimizer,
        CriticConfiguration critic,
        LoraConfig lora) {

    /** MARFT's defaults. */
    public static final TrainingConfiguration DEFAULT = new Builder().build();

    public TrainingConfiguration {
        Require.given("level", level);
        Require.given("schedule", schedule);
        Require.given("credit", credit);
        Require.given("formulas", formulas);
        Require.given("advantage", advantage);
        Require.given("policy", policy);
        Require.given("optimizer", optimizer);
        Require.given("critic", critic);
        Require.given("lora", lora);
        boolean corrected = schedule.kind() == Schedule.Kind.SEQUENTIAL;
        Require.that(
                credit == CreditMode.TEAM || !corrected,
                "schedule.kind",
                "joint or alternate where credit is independent, which knows no other agents",
                "sequential");
        Require.that(
                formulas == Formulas.MARFT || (credit == CreditMode.TEAM && !corrected),
                "formulas",
                "marft unless credit is team and schedule.kind is joint or alternate, which is all the reference has",
                "reference");
        Require.atLeastOne("batchEpisodes", batchEpisodes);
        Require.that(maxStaleness >= 0, "maxStaleness", "at least 0", maxStaleness);
        Require.atLeastOne("epochs", epochs);
        Require.atLeastOne("minibatches", minibatches);
        Require.atLeastOne("microBatch", microBatch);
        Require.positive("targetKl", targetKl);
        Require.positive("maxGradientNorm", maxGradientNorm);
        Require.that(
                minibatches <= batchEpisodes, "minibatches", "at most batchEpisodes=" + batchEpisodes, minibatches);
    }

    /** The same with another learning rate of the agents. */
    public TrainingConfiguration withLearningRate(double rate) {
        return but(builder -> builder.optimizer = optimizer.withLearningRate(rate));
    }

    /** The same at another level. */
    public TrainingConfiguration withLevel(Level other) {
        return but(builder -> builder.level = other);
    }

    /** The same with another bound of the approximate KL. */
    public TrainingConfiguration withTargetKl(double other) {
        return but(builder -> builder.targetKl = other);
    }

    private TrainingConfiguration but(Consumer<Builder> change) {
        Builder builder = new Builder(this);
        change.accept(builder);
        return builder.build();
    }

    /** The components by their names, each with its default. */
    private static final class Builder {

        private Level level = Level.ACTION;
        private Schedule schedule = new Schedule(Schedule.Kind.SEQUENTIAL, 1);
        private CreditMode credit = CreditMode.TEAM;
        private Formulas formulas = Formulas.MARFT;
        private int batchEpisodes = 64;
        private int maxStaleness = 8;
        private int epochs = 4;
        private int minibatches = 4;
        private int microBatch = 8;
        private double targetKl = 0.05;
        private double maxGradientNorm = 0.5;
        private GeneralizedAdvantage advantage = GeneralizedAdvantage.DEFAULT;
        private PolicyObjective policy = PolicyObjective.DEFAULT;
        private AdamW optimizer = AdamW.DEFAULT;
        private CriticConfiguration critic = CriticConfiguration.DEFAULT;
        private LoraConfig lora = new LoraConfig(8, 16, List.of("q_proj", "v_proj"));

        Builder() {}

        Builder(TrainingConfiguration from) {
            level = from.level;
            schedule = from.schedule;
            credit = from.credit;
            formulas = from.formulas;
            batchEpisodes = from.batchEpisodes;
            maxStaleness = from.maxStaleness;
            epochs = from.epochs;
            minibatches = from.minibatches;
            microBatch = from.microBatch;
            targetKl = from.targetKl;
            maxGradientNorm = from.maxGradientNorm;
            advantage = from.advantage;
            policy = from.policy;
            optimizer = from.optimizer;
            critic = from.critic;
            lora = from.lora;
        }

        TrainingConfiguration build() {
            return new TrainingConfiguration(
                    level,
                    schedule,
                    credit,
                    formulas,
                    batchEpisodes,
                    maxStaleness,
                    epochs,
                    minibatches,
                    microBatch,
                    targetKl,
                    maxGradientNorm,
                    advantage,
                    policy,
                    optimizer,
                    critic,
                    lora);
        }
    }
}
