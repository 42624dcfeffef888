package io.marft.schemas.team;

import io.marft.schemas.record.Sampling;
import io.marft.schemas.yaml.YamlFile;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * How an agent samples, as a team's file says it: the keys, their defaults and their rules. The record {@link Sampling} is what
 * comes of it; whoever draws tokens has rules of its own, those of the mathematics, and must take whatever passes these.
 */
record SamplingEntry(
        Float temperature,
        Integer topK,
        Float topP,
        Integer maxNewTokens,
        Float minP,
        List<Integer> stopTokens,
        List<String> stop) {

    /** An entry without any key. */
    static final SamplingEntry NONE = new SamplingEntry(null, null, null, null, null, null, null);

    /** The lowest temperature: logits that are divided by less leave float32's range. */
    private static final float COLDEST = 1e-3f;

    /** The record, with a default for each key that is missing. */
    Sampling sampling() {
        return new Sampling(
                Objects.requireNonNullElse(temperature, 1f),
                Objects.requireNonNullElse(topK, 0),
                Objects.requireNonNullElse(topP, 1f),
                Objects.requireNonNullElse(maxNewTokens, 64),
                Objects.requireNonNullElse(minP, 0f),
                Objects.requireNonNullElse(stopTokens, List.of()),
                Objects.requireNonNullElse(stop, List.of()));
    }

    /**
     * Checks that tokens can be drawn so.
     *
     * @param file says where a rule is broken
     * @param at the entry's place in the file
     */
    void check(YamlFile file, String at) {
        Sampling sampling = sampling();
        float temperature = sampling.getTemperature();
        file.require(
                temperature == 0 || (temperature >= COLDEST && Float.isFinite(temperature)),
                at + ".temperature",
                "0 (greedy) or at least " + COLDEST,
                temperature);
        file.require(sampling.getTopK() >= 0, at + ".topK", "at least 0 (0 keeps all)", sampling.getTopK());
        file.require(
                sampling.getTopP() > 0 && sampling.getTopP() <= 1,
                at + ".topP",
                "above 0 and at most 1",
                sampling.getTopP());
        file.require(sampling.getMaxNewTokens() >= 1, at + ".maxNewTokens", "at least 1", sampling.getMaxNewTokens());
        file.require(
                sampling.getMinP() >= 0 && sampling.getMinP() < 1,
                at + ".minP",
                "at least 0 and below 1 (0 keeps all)",
                sampling.getMinP());
        file.require(
                sampling.getStopTokens().stream().allMatch(token -> token != null && token >= 0),
                at + ".stopTokens",
                "ids of tokens, not negative",
                sampling.getStopTokens());
        file.require(
                sampling.getStop().stream().allMatch(text -> text != null && !text.isEmpty()),
                at + ".stop",
                "texts that are not empty",
                sampling.getStop());
    }

    /** The keys and values of a record, in the order of a team's file; empty lists are left out. */
    static Map<String, Object> fields(Sampling sampling) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("temperature", sampling.getTemperature());
        fields.put("topK", sampling.getTopK());
        fields.put("topP", sampling.getTopP());
        fields.put("maxNewTokens", sampling.getMaxNewTokens());
        fields.put("minP", sampling.getMinP());
        if (!sampling.getStopTokens().isEmpty()) {
            fields.put("stopTokens", sampling.getStopTokens());
        }
        if (!sampling.getStop().isEmpty()) {
            fields.put("stop", sampling.getStop());
        }
        return fields;
    }
}
