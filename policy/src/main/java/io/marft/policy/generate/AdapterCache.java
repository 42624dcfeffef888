package io.marft.policy.generate;

import io.marft.policy.adapter.Adapter;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A lane's cache of what it has prepared of each adapter, by the adapter's identity. It keeps {@link #KEPT} of them, also those
 * that no row uses now, so that agents who take turns find theirs again. Belongs to its lane's thread.
 *
 * @param <T> what is prepared of an adapter, such as its matrices in native memory
 */
public final class AdapterCache<T> implements AutoCloseable {

    /** How many adapters are kept; more only while rows use them. */
    public static final int KEPT = 8;

    private final Function<Adapter, T> prepare;
    private final Consumer<T> free;
    /** What is prepared of each adapter; the one whose last use is longest ago comes first. */
    private final Map<Adapter, T> prepared = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * Makes an empty cache.
     *
     * @param prepare prepares an adapter when it is first asked for
     * @param free frees what was prepared
     */
    public AdapterCache(Function<Adapter, T> prepare, Consumer<T> free) {
        this.prepare = prepare;
        this.free = free;
    }

    /** What is prepared of an adapter. */
    public T of(Adapter adapter) {
        return prepared.computeIfAbsent(adapter, prepare);
    }

    /** Frees those that no row uses, least recently used first, until few enough are left. */
    public void forget(List<Adapter> used) {
        Iterator<Map.Entry<Adapter, T>> entries = prepared.entrySet().iterator();
        while (prepared.size() > KEPT && entries.hasNext()) {
            Map.Entry<Adapter, T> entry = entries.next();
            if (!used.contains(entry.getKey())) {
                free.accept(entry.getValue());
                entries.remove();
            }
        }
    }

    @Override
    public void close() {
        prepared.values().forEach(free);
        prepared.clear();
    }
}
