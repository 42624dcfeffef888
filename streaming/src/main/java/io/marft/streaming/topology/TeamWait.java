package io.marft.streaming.topology;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.catalogue.TopicNames;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.record.Observation;
import io.marft.schemas.wire.DeadLetters;
import io.marft.schemas.wire.Decoded;
import io.marft.schemas.wire.RecordCodec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Holds observations and actions back until their team is known, but no longer than {@link TopologyParts#AWAIT_TEAM}. A team
 * and the first records that name it may be written in the same moment, and arrive by different ways. A record of an episode
 * waits behind those of the same episode that are held, so that they keep their order. A record whose time is up goes on as
 * it is, and the next processor decides about the unknown team.
 *
 * <p>The held records lie in a store of {@link DeadLetter}s, because these keep all that a record had. One that is too
 * large for a letter goes on at once.
 */
final class TeamWait
        extends ContextualProcessor<
                String, Received<? extends SpecificRecord>, String, Received<? extends SpecificRecord>> {

    /** The name of the store. */
    static final String STORE = "waiting";

    private static final Duration INTERVAL = Duration.ofMillis(200);

    private final String service;
    private final TopicNames names;
    private final RecordCodec codec;
    /** The held records by episode, in the order in which the episodes came. */
    private final Map<String, Held> held = new LinkedHashMap<>();

    private KeyValueStore<String, DeadLetter> store;
    private TeamStore teams;

    /** The name of a version of a team. */
    private record Version(String team, int version) {}

    /**
     * The records of an episode that wait.
     *
     * @param version the version of the team that the first of them names
     * @param until when they go on at the latest
     * @param keys their keys in the store, in order
     */
    private record Held(Version version, Instant until, List<String> keys) {}

    TeamWait(String service, TopicNames names, RecordCodec codec) {
        this.service = service;
        this.names = names;
        this.codec = codec;
    }

    @Override
    public void init(ProcessorContext<String, Received<? extends SpecificRecord>> context) {
        super.init(context);
        store = context.getStateStore(STORE);
        teams = new TeamStore(context);
        List<KeyValue<String, DeadLetter>> kept = new ArrayList<>();
        try (KeyValueIterator<String, DeadLetter> all = store.all()) {
            all.forEachRemaining(kept::add);
        }
        kept.sort(Comparator.comparing((KeyValue<String, DeadLetter> entry) -> entry.value.getCreatedAt())
                .thenComparing(entry -> entry.value.getOffset()));
        kept.forEach(entry -> hold(entry.key, version(read(entry.value)), entry.value, entry.value.getCreatedAt()));
        context.schedule(INTERVAL, PunctuationType.WALL_CLOCK_TIME, this::release);
    }

    @Override
    public void process(Record<String, Received<? extends SpecificRecord>> record) {
        Version version = version(record.value().value());
        if (!held.containsKey(record.key()) && known(version)) {
            context().forward(record);
            return;
        }
        DeadLetter letter = record.value().letter(service, "waits for its team", record);
        if (!letter.getLacks().isEmpty()) {
            if (held.containsKey(record.key())) {
                release(record.key(), record.timestamp());
            }
            context().forward(record); // It cannot be held whole, and must not lose a part without a word.
            return;
        }
        String key = letter.getTopic() + "/" + letter.getOffset();
        store.put(key, letter);
        hold(key, version, letter, Instant.ofEpochMilli(context().currentSystemTimeMs()));
    }

    private void hold(String key, Version version, DeadLetter letter, Instant since) {
        held.computeIfAbsent(
                        DeadLetters.key(letter),
                        episode -> new Held(version, since.plus(TopologyParts.AWAIT_TEAM), new ArrayList<>()))
                .keys()
                .add(key);
    }

    private boolean known(Version version) {
        return teams.find(version.team(), version.version()).isPresent();
    }

    private void release(long timestamp) {
        Instant now = Instant.ofEpochMilli(timestamp);
        Map<Version, Boolean> known = new HashMap<>();
        List<String> ready = new ArrayList<>();
        held.forEach((episode, waiting) -> {
            if (ready.size() < Deadlines.MOST_AT_ONCE
                    && (known.computeIfAbsent(waiting.version(), this::known)
                            || !waiting.until().isAfter(now))) {
                ready.add(episode);
            }
        });
        ready.forEach(episode -> release(episode, timestamp));
    }

    private void release(String episode, long timestamp) {
        for (String key : held.remove(episode).keys()) {
            DeadLetter letter = store.delete(key);
            Received<? extends SpecificRecord> received = new Received<>(
                    read(letter),
                    DeadLetters.value(letter),
                    letter.getTopic(),
                    letter.getPartition(),
                    letter.getOffset());
            context().forward(new Record<>(episode, received, timestamp, DeadLetters.headers(letter)));
        }
    }

    private static Version version(SpecificRecord value) {
        return value instanceof Observation observation
                ? new Version(observation.getTeam(), observation.getTeamVersion())
                : new Version(((Action) value).getTeam(), ((Action) value).getTeamVersion());
    }

    /** The value in a letter. It decodes, because it did so before. */
    private SpecificRecord read(DeadLetter letter) {
        boolean observed = letter.getTopic().equals(names.of(Topic.OBSERVATIONS));
        Class<? extends SpecificRecord> type = observed ? Observation.class : Action.class;
        return ((Decoded.Valid<? extends SpecificRecord>)
                        codec.decode(letter.getTopic(), DeadLetters.value(letter), type))
                .value();
    }

    @Override
    public void close() {
        codec.close();
    }
}
