package io.marft.schemas.catalogue;

import static io.marft.schemas.catalogue.Role.AGENT;
import static io.marft.schemas.catalogue.Role.ASSEMBLER;
import static io.marft.schemas.catalogue.Role.AUDITOR;
import static io.marft.schemas.catalogue.Role.CLIENT;
import static io.marft.schemas.catalogue.Role.ENVIRONMENT;
import static io.marft.schemas.catalogue.Role.EVALUATOR;
import static io.marft.schemas.catalogue.Role.OPERATOR;
import static io.marft.schemas.catalogue.Role.REWARD;
import static io.marft.schemas.catalogue.Role.ROUTER;
import static io.marft.schemas.catalogue.Role.TRAINER;

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
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/**
 * The catalogue: every topic of the system, what it holds, how it is kept, and who may write and read it. No topic
 * exists beside these; {@link #TURNS} stands for one topic per agent.
 *
 * <p>Episode-keyed topics are co-partitioned. What learning is proved from (trajectories, updates, adapters) is kept
 * for ever; the live flow between services is kept for a week.
 */
@SuppressWarnings("ImmutableEnumChecker") // The sets are unmodifiable.
public enum Topic {
    OBSERVATIONS(
            Observation.class,
            Key.EPISODE,
            Keep.WEEK,
            from(ENVIRONMENT, EVALUATOR, OPERATOR, ROUTER),
            to(ROUTER, REWARD, ASSEMBLER)),
    REFERENCES(Reference.class, Key.EPISODE, Keep.WEEK, from(ENVIRONMENT, EVALUATOR), to(REWARD)),
    TURNS(Turn.class, Key.EPISODE, Keep.WEEK, from(ROUTER), to(AGENT)),
    ACTIONS(Action.class, Key.EPISODE, Keep.WEEK, from(AGENT), to(ROUTER, ENVIRONMENT, REWARD, ASSEMBLER, OPERATOR)),
    /** Nothing reads it yet. */
    FEEDBACK(Feedback.class, Key.EPISODE, Keep.WEEK, from(CLIENT), to()),
    REWARDS(Reward.class, Key.EPISODE, Keep.WEEK, from(REWARD), to(ENVIRONMENT, ASSEMBLER)),
    TRAJECTORIES(
            Trajectory.class,
            Key.EPISODE,
            Keep.FOREVER,
            from(ASSEMBLER),
            to(TRAINER, AUDITOR, ENVIRONMENT, EVALUATOR, OPERATOR)),
    UPDATES(Update.class, Key.TEAM, Keep.FOREVER, from(TRAINER), to(AUDITOR, ENVIRONMENT)),
    ADAPTERS(AdapterManifest.class, Key.AGENT, Keep.FOREVER, from(TRAINER), to(AGENT, AUDITOR)),
    ADAPTER_CHUNKS(AdapterChunk.class, Key.AGENT, Keep.FOREVER, from(TRAINER), to(AGENT, AUDITOR)),
    CHECKPOINTS(CheckpointChunk.class, Key.TEAM_CHUNK, Keep.LATEST, from(TRAINER), to(TRAINER)),
    /** Nothing writes or reads it yet. */
    PROMOTIONS(Promotion.class, Key.AGENT, Keep.FOREVER, from(), to()),
    EVALUATIONS(Evaluation.class, Key.TEAM, Keep.FOREVER, from(EVALUATOR), to(AUDITOR)),
    TEAMS(
            Team.class,
            Key.TEAM,
            Keep.FOREVER,
            from(OPERATOR),
            to(ENVIRONMENT, ROUTER, AGENT, REWARD, ASSEMBLER, TRAINER, EVALUATOR, OPERATOR, AUDITOR)),
    DEAD_LETTERS(
            DeadLetter.class,
            Key.SOURCE,
            Keep.FOREVER,
            from(ROUTER, AGENT, REWARD, ASSEMBLER, TRAINER),
            to(OPERATOR, EVALUATOR));

    /** What a topic's records are keyed by; keys are UTF-8 strings. */
    public enum Key {
        /** The episode's id. */
        EPISODE,
        /** The team's name. */
        TEAM,
        /** The team's name, a slash and the chunk's index, so that compaction keeps one whole checkpoint. */
        TEAM_CHUNK,
        /** The agent's name. */
        AGENT,
        /** Whatever key the rejected record had. */
        SOURCE
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
    private final Set<Role> writers;
    private final Set<Role> readers;

    Topic(Class<? extends SpecificRecord> type, Key key, Keep keep, Set<Role> writers, Set<Role> readers) {
        this.type = type;
        this.key = key;
        this.keep = keep;
        this.writers = writers;
        this.readers = readers;
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

    /** Who may write. */
    public Set<Role> writers() {
        return writers;
    }

    /** Who may read. */
    public Set<Role> readers() {
        return readers;
    }

    /** Whether the topic has the configured number of partitions (by episode) or a single, totally ordered one. */
    public boolean partitioned() {
        return key == Key.EPISODE;
    }

    /** Kafka's {@code cleanup.policy} for the topic. */
    public String cleanupPolicy() {
        return keep == Keep.LATEST ? "compact" : "delete";
    }

    /** How long records are kept at least; empty stands for no limit of time. */
    public Optional<Duration> retention() {
        return keep == Keep.WEEK ? Optional.of(Duration.ofDays(7)) : Optional.empty();
    }

    private static Set<Role> from(Role... roles) {
        return Set.of(roles);
    }

    private static Set<Role> to(Role... roles) {
        return Set.of(roles);
    }
}
