package io.marft.environments.arithmetic;

import java.util.Random;

/**
 * An endless, seeded stream of imperfect demonstrations of the bundled task, for every role: what the bundled model is
 * pretrained on. Only problems of {@link Split#TRAIN} are used.
 *
 * <p>The pupils mix strategies and slip now and then (percentages in {@link Planning} and {@link Solving}), so a model
 * that imitates them perfectly is right less than half the time, while the careful strategies alone would be right
 * about nine times in ten: there is something true for reinforcement to find, for each of the agents.
 */
public final class Demonstrations {

    /** Of a hundred demonstrations, those by reasoners. */
    static final int REASONERS = 22;
    /** Of a hundred demonstrations, those by actors. */
    static final int ACTORS = 40;
    /** Of a hundred demonstrations, the drills; the rest are by pupils who work alone. */
    static final int DRILLS = 23;

    private Demonstrations() {}

    /**
     * The demonstration at one place of one stream, a pure function.
     *
     * @param seed names the stream
     * @param index place in the stream, from 0
     */
    public static Demonstration demonstration(long seed, long index) {
        Random random = new Random(ArithmeticProblems.mix(ArithmeticProblems.mix(seed ^ 0x6d617266L) ^ index));
        Problem problem = ArithmeticProblems.problem(Split.TRAIN, seed, index);
        int part = random.nextInt(100);
        if (part < DRILLS) {
            return drill(problem);
        }
        Role role =
                part < DRILLS + REASONERS ? Role.REASONER : part < DRILLS + REASONERS + ACTORS ? Role.ACTOR : Role.SOLO;
        return demonstration(role, problem, random);
    }

    static Demonstration demonstration(Role role, Problem problem, Random random) {
        return switch (role) {
            case REASONER ->
                new Demonstration(
                        role,
                        problem.question(),
                        "",
                        Planning.plan(problem, random).text(),
                        problem);
            case ACTOR -> {
                Planning.Plan plan = Planning.plan(problem, random);
                yield new Demonstration(
                        role,
                        problem.question(),
                        "\nreasoner: " + plan.text(),
                        Solving.follow(problem, plan, random),
                        problem);
            }
            case SOLO -> new Demonstration(role, problem.question(), "", Solving.alone(problem, random), problem);
        };
    }

    /** A bare computation, carried out without a slip: short, so that arithmetic is learned cheaply. */
    private static Demonstration drill(Problem problem) {
        return new Demonstration(
                Role.SOLO, Planning.written(problem.first(), problem.steps()), "", Solving.drilled(problem), problem);
    }
}
