package io.marft.schemas.catalogue;

import io.marft.schemas.catalogue.Topic.Keep;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;

/**
 * What a topic promises beside its number of partitions, as Kafka's settings of topics: the value with which a topic is made,
 * and which other values keep the promise, too. A provider may keep more than was promised, and never less.
 */
public enum TopicSetting {
    /** Old records are deleted, or, of {@link Keep#LATEST}, replaced by later ones of the same key; never both. */
    CLEANUP_POLICY {
        @Override
        public String value(Topic topic, int replicas) {
            return topic.keep() == Keep.LATEST ? "compact" : "delete";
        }

        @Override
        public boolean kept(Topic topic, int replicas, String found) {
            return found.strip().equals(value(topic, replicas));
        }
    },
    /** How long records stay, in milliseconds; -1 for ever. */
    RETENTION_MS {
        @Override
        public String value(Topic topic, int replicas) {
            return topic.keep() == Keep.WEEK ? Long.toString(Duration.ofDays(7).toMillis()) : FOR_EVER;
        }

        @Override
        public boolean kept(Topic topic, int replicas, String found) {
            return topic.keep() == Keep.LATEST
                    || endless(found)
                    || (topic.keep() == Keep.WEEK && atLeast(topic, found));
        }
    },
    /** No topic loses records for its size. */
    RETENTION_BYTES {
        @Override
        public String value(Topic topic, int replicas) {
            return FOR_EVER;
        }

        @Override
        public boolean kept(Topic topic, int replicas, String found) {
            return topic.keep() == Keep.LATEST || endless(found);
        }
    },
    /** The largest batch of records, in bytes. Kafka's own default, said aloud: services bound what they write by it. */
    MAX_MESSAGE_BYTES {
        @Override
        public String value(Topic topic, int replicas) {
            return "1048588";
        }

        @Override
        public boolean kept(Topic topic, int replicas, String found) {
            return atLeast(topic, found);
        }
    },
    /**
     * Whose clock times a record. Where records go after a week, the week begins when the broker took the record, whatever
     * time an environment gave it, or the record that it was made from. A version of a team is of the time when the broker
     * took it, whatever the operator's clock says.
     */
    MESSAGE_TIMESTAMP_TYPE {
        @Override
        public String value(Topic topic, int replicas) {
            return timedByBroker(topic) ? "LogAppendTime" : "CreateTime";
        }

        @Override
        public boolean kept(Topic topic, int replicas, String found) {
            return !timedByBroker(topic) || found.equals(value(topic, replicas));
        }
    },
    /** How many replicas must have a record before it counts as written: two, where there are enough to lose one. */
    MIN_INSYNC_REPLICAS {
        @Override
        public String value(Topic topic, int replicas) {
            return replicas >= 3 ? "2" : "1";
        }

        @Override
        public boolean kept(Topic topic, int replicas, String found) {
            return Long.parseLong(found) >= Long.parseLong(value(topic, replicas));
        }
    };

    private static final String FOR_EVER = "-1";
    /** What some providers say for {@link #FOR_EVER}. */
    private static final Set<String> ENDLESS = Set.of(FOR_EVER, Long.toString(Long.MAX_VALUE));

    /** Kafka's name of the setting, such as {@code retention.ms}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '.');
    }

    /**
     * The value with which a topic is made.
     *
     * @param replicas how many replicas each of its partitions has
     */
    public abstract String value(Topic topic, int replicas);

    /** Whether a value that a topic has keeps the promise. */
    public abstract boolean kept(Topic topic, int replicas, String found);

    /** Whether another value takes away what is kept for ever, or the latest of it. */
    public boolean guardsRecords(Topic topic) {
        return topic.keep() != Keep.WEEK && (this == CLEANUP_POLICY || this == RETENTION_MS || this == RETENTION_BYTES);
    }

    boolean atLeast(Topic topic, String found) {
        return Long.parseLong(found) >= Long.parseLong(value(topic, 1));
    }

    private static boolean timedByBroker(Topic topic) {
        return topic.keep() == Keep.WEEK || topic == Topic.TEAMS;
    }

    private static boolean endless(String found) {
        return ENDLESS.contains(found);
    }
}
