package io.marft.schemas.catalogue;

import io.marft.schemas.record.Action;
import io.marft.schemas.record.AdapterChunk;
import io.marft.schemas.record.AdapterManifest;
import io.marft.schemas.record.CheckpointChunk;
import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.record.Evaluation;
import io.marft.schemas.record.Feedback;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Promotion;
import io.marft.schemas.record.Reference;
import io.marft.schemas.record.Reward;
import io.marft.schemas.record.Team;
import io.marft.schemas.record.Trajectory;
import io.marft.schemas.record.Turn;
import io.marft.schemas.record.Update;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/**
 * The catalogue: every topic of the system, what it holds and how it is kept. {@link Role} says who may write and
 * read it. No topic exists beside these; {@link #TURNS} stands for one topic per agent.
 *
 * <p>Episode-keyed topics are co-partitioned. What learning is proved from (trajectories, updates, adapters) is kept
 * for ever; the live flow between services is kept for a week from when the broker took it. {@link TopicSetting} says by which
 * settings of Kafka a topic promises that.
 */
public enum Topic {
    OBSERVATIONS(Observation.class, Key.EPISODE, Keep.WEEK),
    REFERENCES(Reference.class, Key.EPISODE, Keep.WEEK),
    TURNS(Turn.class, Key.EPISODE, Keep.WEEK),
    ACTIONS(Action.class, Key.EPISODE, Keep.WEEK),
    /** Nothing reads it yet. */
    FEEDBACK(Feedback.class, Key.EPISODE, Keep.WEEK),
    REWARDS(Reward.class, Key.EPISODE, Keep.WEEK),
    TRAJECTORIES(Trajectory.class, Key.EPISODE, Keep.FOREVER),
    UPDATES(Update.class, Key.TEAM, Keep.FOREVER),
    ADAPTERS(AdapterManifest.class, Key.AGENT, Keep.FOREVER),
    ADAPTER_CHUNKS(AdapterChunk.class, Key.AGENT, Keep.FOREVER),
    CHECKPOINTS(CheckpointChunk.class, Key.TEAM_CHUNK, Keep.LATEST),
    /** Nothing writes or reads it yet. */
    PROMOTIONS(Promotion.class, Key.AGENT, Keep.FOREVER),
    EVALUATIONS(Evaluation.class, Key.TEAM, Keep.FOREVER),
    TEAMS(Team.class, Key.TEAM, Keep.FOREVER),
    DEAD_LETTERS(DeadLetter.class, Key.SOURCE, Keep.FOREVER);

    /** What a topic's records are keyed by; keys are UTF-8 strings. */
    public enum Key {
        /** The episode's id. */
        EPISODE,
        /** The team's name. */
        TEAM,
        /**
         * The team's name, a slash and the chunk's index, so that compaction keeps one whole checkpoint; or the word {@code
         * positions} for the trainer's positions beside it.
         */
        TEAM_CHUNK,
        /** The team's name, a slash and the agent's name, so that agents of two teams may have the same name. */
        AGENT,
        /** Whatever key the rejected record had. */
        SOURCE;

        /** The key of an agent's records. */
        public static String ofAgent(String team, String agent) {
            return team + "/" + agent;
        }

        /** The key of a piece of a team's checkpoint. */
        public static String ofChunk(String team, int index) {
            return team + "/" + index;
        }

        /** The key of what lies beside a team's checkpoint: its trainer's positions. */
        public static String ofPositions(String team) {
            return team + "/positions";
        }
    }

    /** How long a topic's records are kept. */
    public enum Keep {
        /** For ever. */
        FOREVER,
        /** For seven days. */
        WEEK,
        /** The latest record of each key (log compaction). */
        LATEST
    }

    private final Class<? extends SpecificRecord> type;
    private final Key key;
    private final Keep keep;

    Topic(Class<? extends SpecificRecord> type, Key key, Keep keep) {
        this.type = type;
        this.key = key;
        this.keep = keep;
    }

    /** The last part of the topic's name, for instance {@code adapter-chunks}. */
    public String suffix() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    /** The class of the values. */
    public Class<? extends SpecificRecord> type() {
        return type;
    }

    /** The Avro schema of the values. */
    public Schema schema() {
        return SpecificData.get().getSchema(type);
    }

    public Key key() {
        return key;
    }

    public Keep keep() {
        return keep;
    }

    /** Who may write, in the order of {@link Role}. */
    public Set<Role> writers() {
        return roles(role -> role.writes().contains(this));
    }

    /** Who may read, in the order of {@link Role}. */
    public Set<Role> readers() {
        return roles(role -> role.reads().contains(this));
    }

    /** Whether the topic has the configured number of partitions (by episode) or a single, totally ordered one. */
    public boolean partitioned() {
        return key == Key.EPISODE;
    }

    private static Set<Role> roles(Predicate<Role> which) {
        return Arrays.stream(Role.values()).filter(which).collect(Collectors.toCollection(TreeSet::new));
    }
}
