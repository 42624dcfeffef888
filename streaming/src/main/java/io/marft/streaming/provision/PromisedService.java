package io.marft.streaming.provision;

import io.marft.schemas.catalogue.Role;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.life.Service;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * A service on topics that keep what the catalogue promises. It begins when brokers and registry answer, and ends, with a line
 * for each topic that is to blame, when a promise is broken under it ({@link TopicWatch} says which).
 */
public final class PromisedService implements Service {

    private final Service service;
    private final TopicWatch watch;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private PromisedService(Service service, TopicWatch watch) {
        this.service = service;
        this.watch = watch;
    }

    /**
     * Waits for brokers and registry, looks at the topics, and makes the service, which is not started.
     *
     * @param role whose topics the service reads and writes
     * @param team the service's team; counts for agents only
     * @throws CatalogueException with a line for each topic that breaks a promise
     */
    public static Service of(ClientSettings client, Role role, String team, Supplier<Service> maker) {
        TopicWatch watch = new TopicWatch(client, role, team);
        try {
            watch.begin();
            return new PromisedService(watch.make(maker), watch);
        } catch (RuntimeException | Error e) {
            watch.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return service.name();
    }

    @Override
    public void start() {
        service.start();
        watch.start();
    }

    @Override
    public Optional<Throwable> failure() {
        if (failure.get() == null) {
            watch.failure()
                    .or(() -> service.failure().map(error -> watch.explain(error)
                            .<Throwable>map(telling -> telling)
                            .orElse(error)))
                    .ifPresent(error -> failure.compareAndSet(null, error));
        }
        return Optional.ofNullable(failure.get());
    }

    @Override
    public void close() {
        service.close();
        watch.close();
    }
}
