package io.marft.trainer.update;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** One epoch's way through the data, and what lies at the places that a minibatch names. */
final class Minibatches {

    private Minibatches() {}

    /** The places 0 … count−1 in random order, cut into minibatches whose sizes differ by at most one; none is empty. */
    static List<int[]> shuffled(int count, int minibatches, Random random) {
        List<Integer> places = IntStream.range(0, count).boxed().collect(Collectors.toCollection(ArrayList::new));
        Collections.shuffle(places, random);
        int[] order = places.stream().mapToInt(Integer::intValue).toArray();
        int parts = Math.min(minibatches, count);
        List<int[]> cut = new ArrayList<>();
        for (int part = 0; part < parts; part++) {
            cut.add(Arrays.copyOfRange(order, part * count / parts, (part + 1) * count / parts));
        }
        return cut;
    }

    static <T> List<T> pick(List<T> from, int[] places) {
        return Arrays.stream(places).mapToObj(from::get).toList();
    }

    static double[][] pick(double[][] from, int[] places) {
        return Arrays.stream(places).mapToObj(place -> from[place]).toArray(double[][]::new);
    }
}
