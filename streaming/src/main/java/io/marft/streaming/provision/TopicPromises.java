package io.marft.streaming.provision;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.catalogue.TopicNames;
import io.marft.schemas.catalogue.TopicSetting;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.provision.ClusterTopics.Found;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Holds what a cluster says of topics against what the catalogue promises: the number of partitions, which co-partitioned
 * topics share, and the {@link TopicSetting}s. A setting that the cluster does not tell counts as kept.
 *
 * @param names tells the catalogue's entry of a topic
 * @param bootstrapServers for commands that mend
 */
record TopicPromises(TopicNames names, String bootstrapServers) {

    TopicPromises(ClientSettings client) {
        this(client.topics(), client.bootstrapServers());
    }

    /**
     * A topic that breaks a promise.
     *
     * @param grave whether what is kept for ever may be lost, or episodes go to partitions where nobody looks for them; a
     *     service that runs must not go on
     * @param settings what its settings must be, where that mends it
     * @param line what, where, the rule and the mend, for the operator
     */
    record Broken(String topic, boolean grave, Map<String, String> settings, String line) {}

    /**
     * The number of partitions that topics keyed by episode have: that of most, and the lesser of two that are equally
     * frequent, because a number that someone changed has grown.
     *
     * @return 1 if there is no such topic
     */
    int usualPartitions(Collection<Found> found) {
        TreeMap<Integer, Long> counts = found.stream()
                .filter(topic -> entry(topic).partitioned())
                .collect(Collectors.groupingBy(Found::partitions, TreeMap::new, Collectors.counting()));
        long most = counts.values().stream().max(Long::compare).orElse(0L);
        return counts.entrySet().stream()
                .filter(count -> count.getValue() == most)
                .findFirst()
                .map(Map.Entry::getKey)
                .orElse(1);
    }

    /**
     * The topics that break a promise, each once or, with a wrong number of partitions beside other settings, twice.
     *
     * @param partitions the number that topics keyed by episode must have
     */
    List<Broken> broken(Collection<Found> found, int partitions) {
        List<Broken> broken = new ArrayList<>();
        for (Found topic : found) {
            int wanted = entry(topic).partitioned() ? partitions : 1;
            if (topic.partitions() != wanted) {
                broken.add(new Broken(topic.name(), true, Map.of(), partitionsLine(topic, wanted)));
            }
            Map<String, String> wrong = wrong(topic);
            if (!wrong.isEmpty()) {
                broken.add(new Broken(topic.name(), guardsRecords(topic, wrong), wrong, settingsLine(topic, wrong)));
            }
        }
        return broken;
    }

    /** A topic that is not there. */
    Broken missing(String topic) {
        return new Broken(
                topic,
                names.find(topic).orElseThrow() != Topic.TURNS,
                Map.of(),
                "topic " + topic + " does not exist on " + bootstrapServers
                        + ": prepare the cluster with `marft provision`");
    }

    /** A topic that was deleted and made again: what it held is gone. */
    Broken madeAgain(Found topic) {
        return new Broken(
                topic.name(),
                entry(topic).keep() != Topic.Keep.WEEK,
                Map.of(),
                "topic " + topic.name() + " was deleted and made again, and what it held is gone: restore it, or begin"
                        + " under another prefix");
    }

    /** A topic with fewer replicas than it was asked to have. */
    Broken tooFewReplicas(Found topic, int wanted) {
        return new Broken(
                topic.name(),
                false,
                Map.of(),
                "topic " + topic.name() + " has " + topic.replicas() + " replicas, but " + wanted
                        + " are asked for: give it more with kafka-reassign-partitions.sh, or provision with"
                        + " --replication " + topic.replicas());
    }

    private Topic entry(Found topic) {
        return names.find(topic.name()).orElseThrow();
    }

    private String partitionsLine(Found topic, int wanted) {
        String what = "topic " + topic.name() + " has " + topic.partitions() + " partitions, but the catalogue wants "
                + wanted + ": ";
        if (!entry(topic).partitioned()) {
            return what + "Kafka takes no partitions away: use another --prefix";
        }
        int grown = Math.max(topic.partitions(), wanted);
        return what + "if all topics keyed by episode have " + topic.partitions() + ", provision with --partitions "
                + topic.partitions() + "; if not, stop all services and bring all to " + grown
                + " with `marft provision --partitions " + grown + " --grow`";
    }

    /** The settings that break a promise, with the values that they must have. */
    private Map<String, String> wrong(Found topic) {
        Map<String, String> wrong = new LinkedHashMap<>();
        for (TopicSetting setting : TopicSetting.values()) {
            String found = topic.settings().get(setting.key());
            if (found != null && !setting.kept(entry(topic), topic.replicas(), found)) {
                wrong.put(setting.key(), setting.value(entry(topic), topic.replicas()));
            }
        }
        return wrong;
    }

    private boolean guardsRecords(Found topic, Map<String, String> wrong) {
        for (TopicSetting setting : TopicSetting.values()) {
            if (wrong.containsKey(setting.key()) && setting.guardsRecords(entry(topic))) {
                return true;
            }
        }
        return false;
    }

    private String settingsLine(Found topic, Map<String, String> wrong) {
        Map<String, String> found = new LinkedHashMap<>();
        wrong.forEach((key, value) -> found.put(key, topic.settings().get(key)));
        return "topic " + topic.name() + " has " + text(found, ", ") + ", but the catalogue promises "
                + text(wrong, ", ") + ": mend it with `marft provision --mend`, or with kafka-configs.sh"
                + " --bootstrap-server " + bootstrapServers + " --alter --topic " + topic.name() + " --add-config "
                + text(wrong, ",");
    }

    private static String text(Map<String, String> settings, String between) {
        return settings.entrySet().stream()
                .map(setting -> setting.getKey() + "=" + setting.getValue())
                .collect(Collectors.joining(between));
    }
}
