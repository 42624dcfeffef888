package io.marft.schemas.catalogue;

import static io.marft.schemas.catalogue.Topic.ACTIONS;
import static io.marft.schemas.catalogue.Topic.ADAPTERS;
import static io.marft.schemas.catalogue.Topic.ADAPTER_CHUNKS;
import static io.marft.schemas.catalogue.Topic.CHECKPOINTS;
import static io.marft.schemas.catalogue.Topic.DEAD_LETTERS;
import static io.marft.schemas.catalogue.Topic.EVALUATIONS;
import static io.marft.schemas.catalogue.Topic.FEEDBACK;
import static io.marft.schemas.catalogue.Topic.OBSERVATIONS;
import static io.marft.schemas.catalogue.Topic.REFERENCES;
import static io.marft.schemas.catalogue.Topic.REWARDS;
import static io.marft.schemas.catalogue.Topic.TEAMS;
import static io.marft.schemas.catalogue.Topic.TRAJECTORIES;
import static io.marft.schemas.catalogue.Topic.TURNS;
import static io.marft.schemas.catalogue.Topic.UPDATES;

import java.util.Locale;
import java.util.Set;

/**
 * The parts of the system: which topics each writes and reads, and as which clients. Access rules follow from this table, and
 * so does what {@code marft topics} says of a topic.
 */
@SuppressWarnings("ImmutableEnumChecker") // The sets are unmodifiable.
public enum Role {
    /** What feeds observations and takes actions: the bundled one, or an application in its place. */
    ENVIRONMENT(
            Clients.ENVIRONMENT, from(ACTIONS, REWARDS, TRAJECTORIES, UPDATES, TEAMS), to(OBSERVATIONS, REFERENCES)),
    ROUTER(Clients.STREAMS, from(OBSERVATIONS, ACTIONS, TEAMS), to(OBSERVATIONS, TURNS, DEAD_LETTERS)),
    AGENT(Clients.AGENTS, from(TURNS, ADAPTERS, ADAPTER_CHUNKS, TEAMS), to(ACTIONS, DEAD_LETTERS)),
    REWARD(Clients.STREAMS, from(OBSERVATIONS, REFERENCES, ACTIONS, TEAMS), to(REWARDS, DEAD_LETTERS)),
    ASSEMBLER(Clients.STREAMS, from(OBSERVATIONS, ACTIONS, REWARDS, TEAMS), to(TRAJECTORIES, DEAD_LETTERS)),
    TRAINER(
            Clients.TRAINER,
            from(TRAJECTORIES, UPDATES, CHECKPOINTS, TEAMS),
            to(UPDATES, ADAPTERS, ADAPTER_CHUNKS, CHECKPOINTS, DEAD_LETTERS)),
    /** Measures a team on held-out problems. */
    EVALUATOR(Clients.PLAIN, from(TRAJECTORIES, TEAMS, DEAD_LETTERS), to(OBSERVATIONS, REFERENCES, EVALUATIONS)),
    /** A person with {@code marft provision}, {@code ask}, {@code topics} and {@code tail}. */
    OPERATOR(Clients.ADMIN, from(ACTIONS, TRAJECTORIES, TEAMS, DEAD_LETTERS), to(OBSERVATIONS, TEAMS)),
    /** A person with {@code marft replay} and {@code adapters export}. */
    AUDITOR(Clients.PLAIN, from(TRAJECTORIES, UPDATES, ADAPTERS, ADAPTER_CHUNKS, EVALUATIONS, TEAMS), to()),
    /** Any application that reports late or human signals. */
    CLIENT(Clients.PLAIN, from(), to(FEEDBACK));

    /** As which clients a role works, and so which groups and transactional ids of {@link ClientNames} are its own. */
    enum Clients {
        /** Reads without a group, writes without transactions. */
        PLAIN,
        /** A Kafka Streams application of the role's name, with topics of its own. */
        STREAMS,
        /** A group and transactions for each agent of a team. */
        AGENTS,
        /** One writer at a time for each team, and a lease that says which. */
        TRAINER,
        /** One writer for each stream of a team's problems. */
        ENVIRONMENT,
        /** Creates and describes topics. */
        ADMIN
    }

    private final Clients clients;
    private final Set<Topic> reads;
    private final Set<Topic> writes;

    Role(Clients clients, Set<Topic> reads, Set<Topic> writes) {
        this.clients = clients;
        this.reads = reads;
        this.writes = writes;
    }

    /** The role's name as a user writes it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    Clients clients() {
        return clients;
    }

    /** Whether it runs by itself, as {@code marft serve} runs it, and not as a person's command. */
    boolean isService() {
        return clients != Clients.PLAIN && clients != Clients.ADMIN;
    }

    /** Whether it keeps state in topics of its own, as Kafka Streams applications do. */
    public boolean hasState() {
        return clients == Clients.STREAMS;
    }

    /** The topics that it reads. */
    public Set<Topic> reads() {
        return reads;
    }

    /** The topics that it writes. */
    public Set<Topic> writes() {
        return writes;
    }

    private static Set<Topic> from(Topic... topics) {
        return Set.of(topics);
    }

    private static Set<Topic> to(Topic... topics) {
        return Set.of(topics);
    }
}
