package io.marft.policy.decoder.vector;

import io.marft.kernels.PackedMatrix;
import io.marft.kernels.Rows;
import io.marft.kernels.SequenceCache;
import io.marft.policy.adapter.Adapter;
import io.marft.policy.adapter.FusedLora;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.generate.AdapterCache;
import io.marft.policy.generate.Continuation;
import io.marft.policy.generate.Draw;
import io.marft.policy.generate.Passes;
import io.marft.policy.generate.Sampler;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The passes of a lane in Java, for small models on a CPU: libtorch spends more time on starting such a model's operations
 * than on computing them.
 *
 * <p>Reading prompts and drawing tokens are the same pass over places; a place is a token at a position of a row. The result at
 * a place depends on its row alone, to the last bit: neither on the places that pass with it nor on how a prompt was cut.
 */
public final class VectorPasses implements Passes {

    /** How many places go through a layer before the next layer: its matrices are read from memory once for all of them. */
    private static final int CHUNK = 1024;

    /** How many places are computed at a time, so that their values stay in a near cache. */
    private static final int BLOCK = PackedMatrix.rows(64);

    // The places of the fused maps in FusedLora.MAPS.
    private static final int QUERY_KEY_VALUE = 0;
    private static final int OUTPUT = 1;
    private static final int GATE_UP = 2;
    private static final int DOWN = 3;

    private final VectorModel model;
    private final ModelConfig config;
    private final int tokens;
    private final AdapterCache<Prepared> adapters;
    private final Sampler sampler;
    private final float scale;
    private final float epsilon;
    /** The keys and values of each row. */
    private final List<SequenceCache> caches = new ArrayList<>();
    /** The model's angles at each position, [position][E]; null until a position is first needed. */
    private final float[][] turns;

    /** The chunk under way, and the state of each of its places, [places, D]. */
    private final List<Place> places = new ArrayList<>();

    private final float[] hidden;

    // Values of the block that is being computed.
    private final float[] normal;
    private final float[] projected;
    private final float[] attended;
    private final float[] gated;
    private final float[] sums;
    private final float[] gathered;
    private final float[] scores;
    /** What an adapter's A gives, [BLOCK, ranks]; grows with the largest adapter. */
    private float[] inner = {};

    /** A token at a position of a row; {@code last} if what follows it is to be drawn. */
    private record Place(
            Continuation row, Adapter adapter, SequenceCache cache, int token, int position, boolean last) {}

    /** What is prepared of an adapter: its matrices, and the beginning that its prompts have in common. */
    private static final class Prepared {
        private final Optional<VectorLora> lora;
        private int[] prefix = {};
        private Optional<SequenceCache> cache = Optional.empty();

        private Prepared(Optional<VectorLora> lora) {
            this.lora = lora;
        }
    }

    /**
     * Makes the passes of one lane.
     *
     * @param fusion of the model's shape
     * @param tokens how many places the rows may take together
     */
    public VectorPasses(VectorModel model, FusedLora fusion, int tokens) {
        this.model = model;
        this.config = model.config();
        this.tokens = tokens;
        this.adapters = new AdapterCache<>(
                adapter -> new Prepared(
                        adapter.isNone() ? Optional.empty() : Optional.of(new VectorLora(fusion, adapter))),
                prepared -> {});
        this.sampler = new Sampler(config.vocabSize());
        this.scale = (float) (1 / Math.sqrt(config.headSize()));
        this.epsilon = (float) config.rmsNormEps();
        this.turns = new float[config.maxPositions()][];
        VectorModel.Layer first = model.layer(0);
        int widest = Math.max(
                model.head().stride(),
                first.maps().stream().mapToInt(PackedMatrix::stride).max().orElseThrow());
        int inputs = Math.max(config.hiddenSize(), Math.max(config.intermediateSize(), heads()));
        this.hidden = new float[CHUNK * config.hiddenSize()];
        this.normal = new float[BLOCK * config.hiddenSize()];
        this.projected = new float[BLOCK * widest];
        this.attended = new float[BLOCK * heads() + Rows.whole(1)];
        this.gated = new float[BLOCK * config.intermediateSize()];
        this.sums = new float[BLOCK * widest];
        this.gathered = new float[BLOCK * inputs];
        this.scores = new float[Rows.whole(config.maxPositions())];
    }

    /** The width of all query heads together, H · E. */
    private int heads() {
        return config.heads() * config.headSize();
    }

    @Override
    public int tokens() {
        return tokens;
    }

    @Override
    public void makeRoom(List<Continuation> rows, List<Continuation> joining) {
        // Each row's cache is its own.
    }

    @Override
    public int[] prefix(Adapter adapter) {
        return adapters.of(adapter).prefix;
    }

    @Override
    public void learn(Adapter adapter, int row, int[] prefix) {
        Prepared prepared = adapters.of(adapter);
        prepared.prefix = prefix;
        prepared.cache = Optional.of(copy(caches.get(row), prefix.length, prefix.length));
    }

    private SequenceCache copy(SequenceCache cache, int span, int slots) {
        SequenceCache copy = new SequenceCache(config.layers(), config.kvHeads(), config.headSize(), slots);
        copy.copy(cache, span);
        return copy;
    }

    @Override
    public void read(Adapter adapter, List<Continuation> group, int first, int shared) {
        for (Continuation row : group) {
            Draw draw = row.draw();
            int[] prompt = draw.prompt();
            SequenceCache cache = shared > 0
                    ? copy(adapters.of(adapter).cache.orElseThrow(), shared, draw.slots())
                    : new SequenceCache(config.layers(), config.kvHeads(), config.headSize(), draw.slots());
            caches.add(cache);
            for (int i = shared; i < prompt.length; i++) {
                put(new Place(row, adapter, cache, prompt[i], i, i == prompt.length - 1));
            }
        }
        flush();
    }

    @Override
    public boolean advance(List<Continuation> rows) {
        boolean ended = false;
        for (int i = 0; i < rows.size(); i++) {
            Continuation row = rows.get(i);
            ended |= put(new Place(row, row.adapter(), caches.get(i), row.lastToken(), row.lastPosition(), true));
        }
        boolean more = flush();
        return ended || more;
    }

    @Override
    public void replace(int row, int last, int span) {
        SequenceCache cache = caches.remove(last);
        if (row < last) {
            caches.set(row, cache);
        }
    }

    @Override
    public void clear() {
        caches.clear();
        places.clear();
    }

    @Override
    public void forget(List<Adapter> used) {
        adapters.forget(used);
    }

    @Override
    public void close() {
        clear();
        adapters.close();
    }

    /** Adds a place to the chunk; true if the chunk was full with it and a row has ended in it. */
    private boolean put(Place place) {
        places.add(place);
        return places.size() == CHUNK && flush();
    }

    /** Passes the chunk through the model; true if a row has ended in it. */
    private boolean flush() {
        int width = config.hiddenSize();
        for (int i = 0; i < places.size(); i++) {
            System.arraycopy(model.embedding(), places.get(i).token() * width, hidden, i * width, width);
        }
        for (int layer = 0; layer < config.layers() - 1; layer++) {
            for (int first = 0; first < places.size(); first += BLOCK) {
                List<Place> block = block(places, first);
                project(layer, block, first);
                attend(layer, block, first);
                feedForward(layer, block, first);
            }
        }
        boolean ended = draw(lastLayer());
        places.clear();
        return ended;
    }

    private static List<Place> block(List<Place> places, int first) {
        return places.subList(first, Math.min(places.size(), first + BLOCK));
    }

    /**
     * Computes the last layer. Behind its keys and values only the places matter that a token is drawn from: their states
     * move to the beginning, and the others are left out.
     *
     * @return the places that a token is drawn from
     */
    private List<Place> lastLayer() {
        int layer = config.layers() - 1;
        int width = config.hiddenSize();
        int stride = model.layer(layer).maps().get(QUERY_KEY_VALUE).stride();
        List<Place> last = new ArrayList<>();
        for (int first = 0; first < places.size(); first += BLOCK) {
            List<Place> block = block(places, first);
            project(layer, block, first);
            int into = last.size();
            for (int i = 0; i < block.size(); i++) {
                if (block.get(i).last()) {
                    System.arraycopy(hidden, (first + i) * width, hidden, last.size() * width, width);
                    System.arraycopy(projected, i * stride, projected, (last.size() - into) * stride, heads());
                    last.add(block.get(i));
                }
            }
            List<Place> kept = last.subList(into, last.size());
            attend(layer, kept, into);
            feedForward(layer, kept, into);
        }
        return last;
    }

    /** Computes a block's queries into "projected", and its keys and values into the rows' caches. */
    private void project(int number, List<Place> block, int first) {
        VectorModel.Layer layer = model.layer(number);
        int size = config.headSize();
        int keys = heads();
        int values = keys + config.kvHeads() * size;
        int stride = layer.maps().get(QUERY_KEY_VALUE).stride();
        normalise(layer.norm(), block.size(), first);
        linear(number, QUERY_KEY_VALUE, normal, config.hiddenSize(), block);
        for (int i = 0; i < block.size(); i++) {
            Place place = block.get(i);
            float[] turn = turn(place.position());
            for (int head = 0; head < config.heads() + config.kvHeads(); head++) {
                int at = i * stride + head * size;
                float[] norm = head < config.heads() ? layer.queryNorm() : layer.keyNorm();
                if (norm.length > 0) {
                    Rows.normalise(projected, at, norm, epsilon, size, projected, at);
                }
                Rows.rotate(projected, at, turn, size / 2);
            }
            place.cache().put(number, place.position(), projected, i * stride + keys, i * stride + values);
        }
    }

    /** Adds a block's attention to its states, which begin at place {@code first} of the chunk. */
    private void attend(int number, List<Place> block, int first) {
        int stride = model.layer(number).maps().get(QUERY_KEY_VALUE).stride();
        for (int i = 0; i < block.size(); i++) {
            int span = block.get(i).position() + 1;
            SequenceCache cache = block.get(i).cache();
            cache.attend(number, config.heads(), span, scale, projected, i * stride, scores, attended, i * heads());
        }
        linear(number, OUTPUT, attended, heads(), block);
        addTo(model.layer(number).maps().get(OUTPUT).stride(), block.size(), first);
    }

    /** Adds a block's feed-forward to its states. */
    private void feedForward(int number, List<Place> block, int first) {
        VectorModel.Layer layer = model.layer(number);
        int count = config.intermediateSize();
        normalise(layer.innerNorm(), block.size(), first);
        linear(number, GATE_UP, normal, config.hiddenSize(), block);
        int stride = layer.maps().get(GATE_UP).stride();
        for (int i = 0; i < block.size(); i++) {
            Rows.gate(projected, i * stride, count, gated, i * count);
        }
        linear(number, DOWN, gated, count, block);
        addTo(layer.maps().get(DOWN).stride(), block.size(), first);
    }

    /** Normalises states from place {@code first} on into "normal". */
    private void normalise(float[] weight, int count, int first) {
        int width = config.hiddenSize();
        for (int i = 0; i < count; i++) {
            Rows.normalise(hidden, (first + i) * width, weight, epsilon, width, normal, i * width);
        }
    }

    /** Adds "projected" to the states from place {@code first} on. */
    private void addTo(int stride, int count, int first) {
        int width = config.hiddenSize();
        for (int i = 0; i < count; i++) {
            Rows.add(hidden, (first + i) * width, projected, i * stride, width);
        }
    }

    /** Computes x [block, inputs] times a fused map, and what each place's adapter adds, into "projected". */
    private void linear(int layer, int map, float[] x, int inputs, List<Place> block) {
        model.layer(layer).maps().get(map).multiply(x, inputs, block.size(), projected);
        Adapter first = block.isEmpty() ? Adapter.none() : block.get(0).adapter();
        if (block.stream().allMatch(place -> place.adapter() == first)) {
            pair(first, layer, map).ifPresent(pair -> add(pair, x, inputs, block.size(), projected));
            return;
        }
        Set<Adapter> distinct = new LinkedHashSet<>();
        block.forEach(place -> distinct.add(place.adapter()));
        for (Adapter adapter : distinct) {
            pair(adapter, layer, map).ifPresent(pair -> addToOwn(pair, x, inputs, own(adapter, block)));
        }
    }

    private Optional<VectorLora.Pair> pair(Adapter adapter, int layer, int map) {
        return adapters.of(adapter).lora.flatMap(lora -> lora.pair(layer, map));
    }

    /** The places of a block that are of one adapter. */
    private static int[] own(Adapter adapter, List<Place> block) {
        return IntStream.range(0, block.size())
                .filter(i -> block.get(i).adapter() == adapter)
                .toArray();
    }

    /** Computes y += (x A') B'. */
    private void add(VectorLora.Pair pair, float[] x, int inputs, int count, float[] y) {
        if (inner.length < BLOCK * pair.a().stride()) {
            inner = new float[BLOCK * pair.a().stride()];
        }
        pair.a().multiply(x, inputs, count, inner);
        pair.b().multiplyAdd(inner, pair.a().stride(), count, y);
    }

    /** Does the same for some places of the block only, in "projected". */
    private void addToOwn(VectorLora.Pair pair, float[] x, int inputs, int[] own) {
        int stride = pair.b().stride();
        for (int i = 0; i < own.length; i++) {
            System.arraycopy(x, own[i] * inputs, gathered, i * inputs, inputs);
            System.arraycopy(projected, own[i] * stride, sums, i * stride, stride);
        }
        add(pair, gathered, inputs, own.length, sums);
        for (int i = 0; i < own.length; i++) {
            System.arraycopy(sums, i * stride, projected, own[i] * stride, stride);
        }
    }

    private float[] turn(int position) {
        if (turns[position] == null) {
            turns[position] = model.turn(position);
        }
        return turns[position];
    }

    /** Draws the token that follows each place; true if a row has ended. */
    private boolean draw(List<Place> last) {
        boolean ended = false;
        for (int first = 0; first < last.size(); first += BLOCK) {
            List<Place> block = block(last, first);
            normalise(model.norm(), block.size(), first);
            model.head().multiply(normal, config.hiddenSize(), block.size(), projected);
            for (int i = 0; i < block.size(); i++) {
                ended |= sampler.draw(
                        block.get(i).row(), projected, i * model.head().stride());
            }
        }
        return ended;
    }
}
