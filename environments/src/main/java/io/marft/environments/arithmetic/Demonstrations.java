package io.marft.environments.arithmetic;

import io.marft.schemas.digest.SplitMix64;
import java.util.Random;

/**
 * An endless, seeded stream of imperfect demonstrations of the bundled task, for every role: what the bundled model is
 * pretrained on. Only problems of {@link Split#TRAIN} are used.
 *
 * <p>The pupils mix strategies and slip now and then (percentages in {@link Planning}, {@link Solving},
 * {@link Verifying} and {@link Judging}), so a chain that imitates them perfectly is right less than half the time, while
 * the careful strategies alone would be right about nine times in ten: there is something true for reinforcement to find,
 * for each of the agents.
 */
public final class Demonstrations {

    /** Of a hundred demonstrations, the drills in computing. */
    static final int DRILLS = 18;
    /** Of a hundred demonstrations, the drills in copying. */
    static final int COPY_DRILLS = 6;
    /** Of a hundred demonstrations, those by reasoners. */
    static final int REASONERS = 16;
    /** Of a hundred demonstrations, those by actors. */
    static final int ACTORS = 33;
    /** Of a hundred demonstrations, those by pupils who work alone. */
    static final int SOLO = 10;
    /** Of a hundred demonstrations, those by verifiers; the rest are by judges. */
    static final int VERIFIERS = 9;

    private Demonstrations() {}

    /**
     * The demonstration at one place of one stream, a pure function.
     *
     * @param seed names the stream
     * @param index place in the stream, from 0
     */
    public static Demonstration demonstration(long seed, long index) {
        Random random = new Random(SplitMix64.first(SplitMix64.first(seed ^ 0x6d617266L) ^ index));
        Problem problem = ArithmeticProblems.problem(Split.TRAIN, seed, index);
        int part = random.nextInt(100);
        if (part < DRILLS) {
            return drill(problem);
        }
        if (part < DRILLS + COPY_DRILLS) {
            return copyDrill(problem, random);
        }
        return demonstration(pupil(part - DRILLS - COPY_DRILLS), problem, random);
    }

    private static Pupil pupil(int part) {
        if (part < REASONERS) {
            return Pupil.REASONER;
        }
        if (part < REASONERS + ACTORS) {
            return Pupil.ACTOR;
        }
        if (part < REASONERS + ACTORS + SOLO) {
            return Pupil.SOLO;
        }
        return part < REASONERS + ACTORS + SOLO + VERIFIERS ? Pupil.VERIFIER : Pupil.JUDGE;
    }

    static Demonstration demonstration(Pupil pupil, Problem problem, Random random) {
        return switch (pupil) {
            case REASONER ->
                new Demonstration(
                        pupil,
                        problem.question(),
                        "",
                        Planning.plan(problem, random).text(),
                        problem);
            case ACTOR -> {
                Planning.Plan plan = Planning.plan(problem, random);
                yield new Demonstration(
                        pupil,
                        problem.question(),
                        "\nreasoner: " + plan.text(),
                        Solving.follow(problem, plan, random),
                        problem);
            }
            case SOLO -> new Demonstration(pupil, problem.question(), "", Solving.alone(problem, random), problem);
            case VERIFIER -> {
                Planning.Plan plan = Planning.plan(problem, random);
                String work = Solving.follow(problem, plan, random);
                yield new Demonstration(
                        pupil,
                        problem.question(),
                        "\nreasoner: " + plan.text() + "\nactor: " + work,
                        Verifying.verdict(problem, work, random),
                        problem);
            }
            case JUDGE -> {
                String a = Solving.alone(problem, random);
                String b = Solving.alone(problem, random);
                yield new Demonstration(
                        pupil, problem.question(), Judging.seen(a, b), Judging.choose(problem, a, b, random), problem);
            }
        };
    }

    /** A bare computation, carried out without a slip: short, so that arithmetic is learned cheaply. */
    private static Demonstration drill(Problem problem) {
        return new Demonstration(
                Pupil.SOLO, Planning.written(problem.first(), problem.steps()), "", Solving.drilled(problem), problem);
    }

    /** Any two answers to no question: nothing but copying helps, so that judges learn to read. */
    private static Demonstration copyDrill(Problem problem, Random random) {
        String a = Solving.boxed(random.nextInt(100));
        String b = Solving.boxed(random.nextInt(100));
        return new Demonstration(Pupil.JUDGE, "", Judging.seen(a, b), random.nextBoolean() ? a : b, problem);
    }
}
