package io.marft.actor.routing;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.catalogue.TopicNames;
import io.marft.schemas.record.Action;
import io.marft.schemas.record.DeadLetter;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.OpenEpisode;
import io.marft.schemas.record.OpenStep;
import io.marft.schemas.record.Turn;
import io.marft.schemas.team.Spans;
import io.marft.schemas.wire.EncodedSize;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.topology.Deadlines;
import io.marft.streaming.topology.Received;
import io.marft.streaming.topology.RefusedTeams;
import io.marft.streaming.topology.Rejections;
import io.marft.streaming.topology.TeamStore;
import io.marft.streaming.topology.TeamStore.KnownTeam;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Carries {@link EpisodeRouting}'s decisions out: keeps the state of open episodes, forwards turns, steps and dead
 * letters. Forgets episodes whose deadline has passed, ended or not.
 */
final class RouterProcessor implements Processor<String, Received<?>, String, Object> {

    private static final Duration TEAM_INTERVAL = Duration.ofMillis(200);

    private final TopicNames names;
    private final RecordCodec codec;
    private final RefusedTeams refusedTeams;

    private ProcessorContext<String, Object> context;
    private KeyValueStore<String, OpenEpisode> episodes;
    private KeyValueStore<String, DeadLetter> rejectedTeams;
    private TeamStore teams;
    private Deadlines deadlines;
    private Rejections rejections;

    RouterProcessor(TopicNames names, RecordCodec codec, RefusedTeams refusedTeams) {
        this.refusedTeams = refusedTeams;
        this.names = names;
        this.codec = codec;
    }

    @Override
    public void init(ProcessorContext<String, Object> context) {
        this.context = context;
        this.episodes = context.getStateStore(RouterTopology.EPISODES);
        this.rejectedTeams = context.getStateStore(RouterTopology.REJECTED_TEAMS);
        this.teams = new TeamStore(context);
        this.deadlines = new Deadlines(now());
        this.rejections = new Rejections(RouterTopology.SERVICE, names, codec, context);
        all(episodes).forEach(entry -> noteDeadline(entry.key, entry.value));
        context.schedule(Deadlines.INTERVAL, PunctuationType.WALL_CLOCK_TIME, this::forgetOld);
        if (context.taskId().partition() == 0) {
            context.schedule(TEAM_INTERVAL, PunctuationType.WALL_CLOCK_TIME, this::rejectTeams);
        }
    }

    @Override
    public void process(Record<String, Received<?>> record) {
        Received<?> received = record.value();
        if (received.value() instanceof Observation observation) {
            observe(record, observation);
        } else if (received.value() instanceof Action action) {
            Optional<OpenEpisode> episode = Optional.ofNullable(episodes.get(record.key()));
            Optional<KnownTeam> team = episode.flatMap(e -> teams.find(e.getTeam(), e.getTeamVersion()));
            apply(EpisodeRouting.act(episode, action, team, now()), record);
        }
    }

    private void observe(Record<String, Received<?>> record, Observation observation) {
        Optional<KnownTeam> team = teams.find(observation.getTeam(), observation.getTeamVersion());
        if (team.isEmpty()) {
            rejections.reject(
                    record,
                    "team '" + observation.getTeam() + "' version " + observation.getTeamVersion()
                            + " is not known: apply its team file first");
            return;
        }
        Optional<OpenEpisode> episode = Optional.ofNullable(episodes.get(record.key()));
        Routed routed = EpisodeRouting.observe(
                episode, observation, team.get(), record.value().offset(), now());
        if (routed instanceof Routed.Moved moved && observation.getStep() == 0) {
            noteDeadline(record.key(), moved.episode());
        }
        apply(routed, record);
    }

    private Instant now() {
        return Instant.ofEpochMilli(context.currentSystemTimeMs());
    }

    private void apply(Routed routed, Record<String, Received<?>> record) {
        Routed possible = bounded(routed);
        if (possible instanceof Routed.Moved moved) {
            move(record.key(), moved, record.timestamp());
        } else if (possible instanceof Routed.Rejected rejected) {
            rejections.reject(record, rejected.reason());
        } else if (possible instanceof Routed.Undecided undecided) {
            rejections.reject(record, undecided.reason());
        }
    }

    /** Rejects a record that asks for something too large to be written. */
    private static Routed bounded(Routed routed) {
        if (!(routed instanceof Routed.Moved moved)) {
            return routed;
        }
        Stream<Optional<String>> refusals = Stream.concat(
                Stream.of(EncodedSize.refuse("with this record the episode", moved.episode())),
                moved.turns().stream()
                        .map(turn -> EncodedSize.refuse("the turn of agent '" + turn.getAgent() + "'", turn)));
        return refusals.flatMap(Optional::stream)
                .findFirst()
                .<Routed>map(Routed.Rejected::new)
                .orElse(routed);
    }

    private void move(String episode, Routed.Moved moved, long timestamp) {
        episodes.put(episode, moved.episode());
        for (Turn turn : moved.turns()) {
            context.forward(new Record<>(episode, (Object) turn, timestamp), RouterTopology.TURNS);
        }
        moved.next()
                .ifPresent(
                        next -> context.forward(new Record<>(episode, (Object) next, timestamp), RouterTopology.STEPS));
    }

    /**
     * Writes the letters of refused teams. Every router reads all teams anew when it starts, so the one with partition 0
     * keeps the last letter's place and goes on behind it.
     */
    private void rejectTeams(long now) {
        DeadLetter last = rejectedTeams.get(RouterTopology.REJECTED_TEAMS);
        for (DeadLetter letter : refusedTeams.after(last == null ? -1 : last.getOffset())) {
            rejections.write(letter, now);
            rejectedTeams.put(
                    RouterTopology.REJECTED_TEAMS,
                    DeadLetter.newBuilder(letter).setValue(null).build());
        }
    }

    private void forgetOld(long now) {
        for (String key : deadlines.take(Instant.ofEpochMilli(now))) {
            OpenEpisode episode = episodes.get(key);
            if (episode == null) {
                continue;
            }
            if (!deadlines.passed(episode.getOpenedAt(), deadline(episode), Instant.ofEpochMilli(now))) {
                noteDeadline(key, episode);
                continue;
            }
            episodes.delete(key);
            for (OpenStep step : episode.getSteps()) {
                Observation held = step.getObservation();
                rejections.rejectHeld(Topic.OBSERVATIONS, step.getOffset(), key, held, overdue(episode, step), now);
            }
        }
    }

    private void noteDeadline(String key, OpenEpisode episode) {
        deadlines.add(key, episode.getOpenedAt(), deadline(episode));
    }

    private Duration deadline(OpenEpisode episode) {
        return teams.find(episode.getTeam(), episode.getTeamVersion())
                .map(KnownTeam::deadline)
                .orElse(Deadlines.OF_UNKNOWN_TEAM);
    }

    private String overdue(OpenEpisode open, OpenStep step) {
        List<String> missing = teams.find(open.getTeam(), open.getTeamVersion()).stream()
                .flatMap(team -> EpisodeRouting.awaited(team, step).stream())
                .toList();
        return "episode missed its deadline of " + Spans.text(deadline(open)) + ": at step "
                + step.getObservation().getStep() + " agents " + missing + " did not act";
    }

    /** A copy of a store's entries, so that they may be deleted on the way. */
    private static <V> List<KeyValue<String, V>> all(KeyValueStore<String, V> store) {
        List<KeyValue<String, V>> entries = new ArrayList<>();
        try (KeyValueIterator<String, V> iterator = store.all()) {
            iterator.forEachRemaining(entries::add);
        }
        return entries;
    }

    @Override
    public void close() {
        codec.close();
    }
}
