package io.marft.policy.generate;

import io.marft.policy.adapter.Adapter;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What a lane has made ready of each adapter, by the adapter's identity. Those that no row uses are kept, too, up to
 * {@link #KEPT} in all, so that agents who take turns find theirs again. Belongs to its lane's thread.
 */
public final class AdapterCache<T> implements AutoCloseable {

    public static final int KEPT = 8;

    private final Function<Adapter, T> prepare;
    private final Consumer<T> free;
    /** Least recently used first. */
    private final Map<Adapter, T> prepared = new LinkedHashMap<>(16, 0.75f, true);

    public AdapterCache(Function<Adapter, T> prepare, Consumer<T> free) {
        this.prepare = prepare;
        this.free = free;
    }

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
