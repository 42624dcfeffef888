package io.marft.environments.feed;

import io.marft.environments.task.Task;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.life.ThreadedService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a team supplied with training exercises: a bounded number of episodes is open at any time, and each that closes
 * makes room for another. Killed and started again, it repeats no exercise and skips none ({@link Feed}).
 *
 * <p>Thread-safe.
 */
public final class EnvironmentService extends ThreadedService {

    private static final Logger LOG = LoggerFactory.getLogger(EnvironmentService.class);

    private final ClientSettings client;
    private final EnvironmentSettings settings;
    private final Task task;
    private final OpenEpisodes episodes;
    private volatile boolean paused;
    private volatile int open;
    private volatile long published;

    /** Of one stream of exercises of a task. */
    public EnvironmentService(ClientSettings client, EnvironmentSettings settings, Task task) {
        super("environment");
        this.client = client;
        this.settings = settings;
        this.task = task;
        this.episodes = new OpenEpisodes(settings.inFlight());
    }

    /** Opens no further episodes until {@link #resume()}, except those of a transaction that is under way. */
    public void pause() {
        paused = true;
    }

    /** Opens episodes again. */
    public void resume() {
        paused = false;
    }

    /** How many episodes of this process are not closed. */
    public int open() {
        return open;
    }

    /** How many exercises of the stream have been published, by this process and its predecessors. */
    public long published() {
        return published;
    }

    /**
     * Feeds in one life after the other: every error that does not stop the service begins a new one. A life that was fenced
     * need not have a rival, because a broker fences a transaction that was open for too long, too; the cursor tells.
     */
    @Override
    protected void work() {
        Feed last = null;
        while (!stop().isMade()) {
            try (Feed feed = new Feed(client, settings, task, episodes, patience())) {
                if (last != null && !last.mayEndAt(feed.next())) {
                    throw new IllegalStateException("another environment feeds team '"
                            + settings.team().getName() + "' with seed " + settings.seed()
                            + ": let one of the two do it, or give this one another --seed");
                }
                last = feed;
                LOG.atInfo().addKeyValue("next", feed.next()).log("environment feeds its stream");
                feed(feed);
            } catch (RuntimeException e) {
                patience().after(e);
            }
        }
    }

    private void feed(Feed feed) {
        while (!stop().isMade()) {
            feed.turn(() -> paused);
            open = episodes.count();
            published = feed.next();
        }
    }
}
