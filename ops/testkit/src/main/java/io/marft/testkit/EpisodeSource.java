package io.marft.testkit;

import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Message;
import io.marft.schemas.record.Observation;
import io.marft.schemas.record.Purpose;
import io.marft.schemas.record.Reference;
import io.marft.schemas.record.Team;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.life.ThreadedService;
import io.marft.streaming.log.LogReader;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * An environment for tests: opens a number of seeded training episodes of one step, of which so many may be open at a
 * time, and watches them close. The same seed makes the same episodes. The answer to each is a number below 100.
 *
 * <p>It runs in the test's process, on a thread of its own, from {@link #start} to {@link #close}. A record that cannot be
 * written is a failure, too. Thread-safe.
 */
public final class EpisodeSource extends ThreadedService {

    private static final Duration POLL = Duration.ofMillis(20);

    private final ClientSettings client;
    private final Team team;
    private final long seed;
    private final int total;
    private final int inFlight;
    private final AtomicInteger opened = new AtomicInteger();
    private volatile int closed;

    /**
     * A source of a team's episodes.
     *
     * @param total how many there will be
     * @param inFlight how many may be open at a time
     */
    public EpisodeSource(ClientSettings client, Team team, long seed, int total, int inFlight) {
        super("episode-source");
        this.client = client;
        this.team = team;
        this.seed = seed;
        this.total = total;
        this.inFlight = inFlight;
    }

    /** Starts it, and returns it. */
    public EpisodeSource started() {
        start();
        return this;
    }

    /** How many episodes have been opened. */
    public int opened() {
        return opened.get();
    }

    /** How many of them have their trajectory. */
    public int closed() {
        return closed;
    }

    /**
     * Waits until so many episodes have closed.
     *
     * @param patience how long to wait for one more
     * @throws IllegalStateException if none closes for so long, or the source failed
     */
    public void awaitClosed(int count, Duration patience) {
        int seen = closed;
        long since = System.nanoTime();
        while (closed < count) {
            failure().ifPresent(failure -> {
                throw new IllegalStateException("the source of episodes failed", failure);
            });
            if (closed > seen) {
                seen = closed;
                since = System.nanoTime();
            } else if (System.nanoTime() - since > patience.toNanos()) {
                throw new IllegalStateException("no episode closed in " + patience.toSeconds() + " s: " + closed
                        + " of " + opened + " that were opened are closed");
            }
            LockSupport.parkNanos(10_000_000);
        }
    }

    @Override
    protected void work() {
        Set<String> open = new HashSet<>();
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(client.producer("episode-source"));
                LogReader trajectories =
                        LogReader.atBeginning(client, List.of(client.topics().of(Topic.TRAJECTORIES)));
                RecordCodec codec = client.codec()) {
            while (!stop().isMade() && closed < total) {
                while (open.size() < inFlight && opened.get() < total) {
                    open.add(open(producer, codec, opened.getAndIncrement()));
                }
                trajectories.poll(POLL).forEach(record -> open.remove(record.key()));
                closed = opened.get() - open.size();
            }
            producer.flush();
        }
    }

    private String open(KafkaProducer<String, byte[]> producer, RecordCodec codec, int index) {
        Random random = new Random(seed * 31 + index);
        String episode = "source-" + seed + "-" + index;
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        String question = "What is " + random.nextInt(1000) + " modulo " + (1 + random.nextInt(99)) + "?";
        send(
                producer,
                codec,
                Topic.OBSERVATIONS,
                episode,
                Observation.newBuilder()
                        .setEpisode(episode)
                        .setStep(0)
                        .setTeam(team.getName())
                        .setTeamVersion(team.getVersion())
                        .setPurpose(Purpose.TRAINING)
                        .setEnvironment("episode-source")
                        .setMessages(List.of(new Message("user", question)))
                        .setDone(false)
                        .setSeed(random.nextLong())
                        .setCreatedAt(now)
                        .build());
        String answer = Integer.toString(random.nextInt(100));
        send(
                producer,
                codec,
                Topic.REFERENCES,
                episode,
                new Reference(episode, "episode-source", "boxed", answer, now));
        return episode;
    }

    private void send(
            KafkaProducer<String, byte[]> producer,
            RecordCodec codec,
            Topic topic,
            String episode,
            SpecificRecord value) {
        String name = client.topics().of(topic);
        var unused =
                producer.send(new ProducerRecord<>(name, episode, codec.encode(name, value)), (metadata, error) -> {
                    if (error != null) {
                        fail(error);
                    }
                });
    }
}
