package io.marft.bench.report;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * A figure, such as tokens per second, once for each repetition, of which there is at least one.
 *
 * @param all in the order in which they were measured
 */
public record Figures(List<Double> all) {

    public Figures {
        all = List.copyOf(all);
    }

    /** The middle one, or the mean of the two in the middle. */
    public double median() {
        List<Double> sorted = all.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }

    public double least() {
        return all.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    public double most() {
        return all.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }

    /** All of it as JSON. */
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("median", median());
        json.put("least", least());
        json.put("most", most());
        all.forEach(json.putArray("all")::add);
        return json;
    }
}
