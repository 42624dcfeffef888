package io.marft.streaming.life;

import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a service tries again: after a pause of a second, with a line in the log, as long as nobody has asked it to stop,
 * and only after a {@link Trouble} that does not stop it anyway. Thread-safe.
 *
 * @param service the service's name in the log
 * @param stop ends the patience
 */
public record Patience(String service, StopRequest stop) {

    private static final Logger LOG = LoggerFactory.getLogger(Patience.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** Waits before the next try; throws the trouble's error where there is to be none. */
    public void after(Trouble trouble) {
        if (trouble.stops() || stop.isMade()) {
            throw trouble.toThrow();
        }
        LOG.atWarn().addKeyValue("service", service).setCause(trouble.error()).log("service will try again");
        var unused = stop.await(PAUSE);
    }

    /** As {@link #after(Trouble)}, for the trouble that an error stands for. */
    public void after(RuntimeException error) {
        after(Trouble.of(error));
    }

    /** Tries a step until it is done; throws its error where there is to be no further try. */
    public void run(Runnable step) {
        Supplier<Boolean> done = () -> {
            step.run();
            return true;
        };
        var unused = get(done);
    }

    /** Tries a step until it has a result; throws its error where there is to be no further try. */
    public <T> T get(Supplier<T> step) {
        while (true) {
            try {
                return step.get();
            } catch (RuntimeException e) {
                after(e);
            }
        }
    }
}
