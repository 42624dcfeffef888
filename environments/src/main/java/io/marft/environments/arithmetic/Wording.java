package io.marft.environments.arithmetic;

import java.util.List;
import java.util.Random;

/** Puts computations into words. Every phrase is short, because a character of the question is a token of the model. */
final class Wording {

    private static final List<String> NAMES = List.of(
            "Amy", "Ann", "Ben", "Bob", "Dan", "Eva", "Ida", "Ian", "Jon", "Kim", "Leo", "Liz", "Max", "Mia", "Ned",
            "Pat", "Ray", "Sam", "Sue", "Tim", "Tom", "Uma", "Val", "Zoe");
    private static final List<String> THINGS = List.of(
            "pens", "cups", "eggs", "nuts", "figs", "hats", "keys", "toys", "pins", "rings", "cards", "books", "balls",
            "beads", "bulbs", "cakes", "caps", "dolls", "flags", "forks", "kites", "lamps", "seeds", "plums");
    private static final List<String> HOLDERS =
            List.of("bags", "jars", "tins", "rows", "sets", "boxes", "piles", "packs");
    private static final List<String> GAINS = List.of("gets", "buys", "finds", "wins", "adds", "makes");
    private static final List<String> LOSSES = List.of("sells", "loses", "drops", "lends", "gives", "breaks");
    private static final List<String> ENDS = List.of("Now?", "Left?", "Sum?");

    private Wording() {}

    /** {@code a*b ± c ± d}: full holders, then two events. */
    static String holders(int holders, int each, Operation second, Operation third, Random random) {
        return pick(NAMES, random) + " has " + holders + " " + pick(HOLDERS, random) + " of " + each + " "
                + pick(THINGS, random) + ", " + event(second, random) + ", " + event(third, random) + ". "
                + pick(ENDS, random);
    }

    /** {@code (a+b)*c ± d}: holders of two kinds of things, then one event. */
    static String mixedHolders(int red, int blue, int holders, Operation third, Random random) {
        return pick(NAMES, random) + " has " + holders + " " + pick(HOLDERS, random) + " of " + red + " red, " + blue
                + " blue " + pick(THINGS, random) + ", " + event(third, random) + ". " + pick(ENDS, random);
    }

    /** {@code (a-b)*c ± d}: holders out of each of which something is missing, then one event. */
    static String shortHolders(int each, int missing, int holders, Operation third, Random random) {
        return pick(NAMES, random) + " has " + holders + " " + pick(HOLDERS, random) + " of " + each + " "
                + pick(THINGS, random) + " less " + missing + " each, " + event(third, random) + ". "
                + pick(ENDS, random);
    }

    /** {@code (a±b)*c ± d}: an event, a sale at a price, then money earned or spent. */
    static String sale(int first, Operation second, int price, Operation third, Random random) {
        String money = third.operator() == '+' ? "gets $" : "pays $";
        return pick(NAMES, random) + " has " + first + " " + pick(THINGS, random) + ", " + event(second, random)
                + ", sells at $" + price + ", " + money + third.operand() + ". " + pick(ENDS, random);
    }

    private static String event(Operation step, Random random) {
        return pick(step.operator() == '+' ? GAINS : LOSSES, random) + " " + step.operand();
    }

    private static String pick(List<String> phrases, Random random) {
        return phrases.get(random.nextInt(phrases.size()));
    }
}
