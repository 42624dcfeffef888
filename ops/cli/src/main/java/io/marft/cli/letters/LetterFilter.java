package io.marft.cli.letters;

import io.marft.schemas.catalogue.TopicNames;
import io.marft.schemas.record.DeadLetter;
import java.time.Instant;
import java.util.Locale;
import picocli.CommandLine.Option;

/** Which dead letters a command is about; without options all of them. */
final class LetterFilter {

    @Option(
            names = "--topic",
            paramLabel = "TOPIC",
            description =
                    "Only records of this topic, with its prefix or without: observations, turns.arithmetic.actor.")
    private String topic;

    @Option(
            names = "--service",
            paramLabel = "SERVICE",
            description = "Only those that this service rejected, such as router or agent.arithmetic.actor.")
    private String service;

    @Option(
            names = "--reason",
            paramLabel = "TEXT",
            description = "Only those whose reason contains this, in any case.")
    private String reason;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Only those rejected at this time or later: 2026-01-02T03:04:05Z.")
    private Instant since;

    @Option(names = "--until", paramLabel = "TIME", description = "Only those rejected before this time.")
    private Instant until;

    /** Whether any option is given. */
    boolean given() {
        return topic != null || service != null || reason != null || since != null || until != null;
    }

    boolean matches(DeadLetter letter, TopicNames names) {
        return (topic == null
                        || letter.getTopic().equals(topic)
                        || letter.getTopic().equals(names.prefix() + "." + topic))
                && (service == null || letter.getService().equals(service))
                && (reason == null || lower(letter.getReason()).contains(lower(reason)))
                && (since == null || !letter.getCreatedAt().isBefore(since))
                && (until == null || letter.getCreatedAt().isBefore(until));
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
