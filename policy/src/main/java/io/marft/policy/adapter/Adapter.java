package io.marft.policy.adapter;

import io.marft.policy.checkpoint.CheckpointException;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.checkpoint.SafeTensors;
import io.marft.policy.checkpoint.Sha256;
import io.marft.policy.checkpoint.Tensor;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * LoRA weights, or anything of their shape, such as a gradient: matrices A [rank, inputs] and B [outputs, rank] for each
 * layer and target, under PEFT's names and in one canonical order: by layer, then by target, A before B.
 *
 * <p>Immutable by contract: arrays are not copied, so nobody may write to them. Thread-safe.
 */
public final class Adapter {

    private static final Path IN_MEMORY = Path.of("adapter");
    private static final Adapter NONE = new Adapter(null, Map.of());

    private final LoraConfig config;
    private final Map<String, Tensor> tensors;

    private Adapter(LoraConfig config, Map<String, Tensor> tensors) {
        this.config = config;
        this.tensors = Collections.unmodifiableMap(tensors);
    }

    /** No adapter: the frozen base model. */
    public static Adapter none() {
        return NONE;
    }

    /**
     * An adapter of given values.
     *
     * @param tensors by PEFT's names, in any order
     * @throws IllegalArgumentException if names or ranks do not fit {@code config}
     */
    public static Adapter of(LoraConfig config, Map<String, Tensor> tensors) {
        int pairs = config.targets().size() * 2;
        tensors.keySet().forEach(config::checkTargets);
        if (tensors.isEmpty() || tensors.size() % pairs != 0) {
            throw new IllegalArgumentException(
                    "Adapter must hold " + pairs + " tensors for each layer, got: " + tensors.size());
        }
        Map<String, Tensor> ordered = new LinkedHashMap<>();
        for (int layer = 0; layer < tensors.size() / pairs; layer++) {
            for (Projection projection : config.projections()) {
                put(ordered, tensors, projection.peftName(layer, 'A'), 0, config.rank());
                put(ordered, tensors, projection.peftName(layer, 'B'), 1, config.rank());
            }
        }
        return new Adapter(config, ordered);
    }

    private static void put(Map<String, Tensor> to, Map<String, Tensor> from, String name, int dimension, int rank) {
        Tensor tensor = from.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("tensor " + name + " is missing");
        }
        if (tensor.shape().size() != 2 || tensor.shape().get(dimension) != rank) {
            throw new IllegalArgumentException(
                    "tensor " + name + " has shape " + tensor.shape() + ", which is not of rank " + rank);
        }
        to.put(name, tensor);
    }

    /** A new adapter, which changes nothing yet: A is uniform in ±1/√inputs (Kaiming's, as PEFT draws it), B is zero. */
    public static Adapter initial(LoraConfig config, ModelConfig model, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (int layer = 0; layer < model.layers(); layer++) {
            for (Projection projection : config.projections()) {
                int inputs = projection.inputs(model);
                float[] a = new float[config.rank() * inputs];
                double bound = 1 / Math.sqrt(inputs);
                for (int i = 0; i < a.length; i++) {
                    a[i] = (float) ((2 * random.nextDouble() - 1) * bound);
                }
                tensors.put(projection.peftName(layer, 'A'), Tensor.matrix(config.rank(), inputs, a));
                int outputs = projection.outputs(model);
                tensors.put(
                        projection.peftName(layer, 'B'),
                        Tensor.matrix(outputs, config.rank(), new float[outputs * config.rank()]));
            }
        }
        return new Adapter(config, tensors);
    }

    /** Whether this is {@link #none()}. */
    public boolean isNone() {
        return tensors.isEmpty();
    }

    /**
     * Rank, strength and targets.
     *
     * @throws IllegalStateException if this is {@link #none()}
     */
    public LoraConfig config() {
        return Optional.ofNullable(config)
                .orElseThrow(() -> new IllegalStateException("Adapter.none() has no LoRA config"));
    }

    /** All tensors by PEFT's names, in canonical order. */
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    /** The matrix A of one linear map, [rank, inputs]. */
    public Tensor a(int layer, Projection projection) {
        return tensors.get(projection.peftName(layer, 'A'));
    }

    /** The matrix B of one linear map, [outputs, rank]. */
    public Tensor b(int layer, Projection projection) {
        return tensors.get(projection.peftName(layer, 'B'));
    }

    /**
     * An adapter of the same shape with other values.
     *
     * @param values one array for each tensor, in canonical order
     */
    public Adapter withValues(List<float[]> values) {
        if (values.size() != tensors.size()) {
            throw new IllegalArgumentException("Adapter has " + tensors.size() + " tensors, got: " + values.size());
        }
        Map<String, Tensor> changed = new LinkedHashMap<>();
        int i = 0;
        for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
            changed.put(entry.getKey(), new Tensor(entry.getValue().shape(), values.get(i++)));
        }
        return new Adapter(config, changed);
    }

    /**
     * Checks that this adapter fits a model.
     *
     * @throws IllegalArgumentException naming the first tensor that does not
     */
    public void checkFits(ModelConfig model) {
        if (isNone()) {
            return;
        }
        int expected = 2 * model.layers() * config.targets().size();
        if (tensors.size() != expected) {
            throw new IllegalArgumentException("Adapter has " + tensors.size() + " tensors, this model of "
                    + model.layers() + " layers needs " + expected);
        }
        for (int layer = 0; layer < model.layers(); layer++) {
            for (Projection projection : config.projections()) {
                checkShape(projection.peftName(layer, 'A'), List.of(config.rank(), projection.inputs(model)));
                checkShape(projection.peftName(layer, 'B'), List.of(projection.outputs(model), config.rank()));
            }
        }
    }

    private void checkShape(String name, List<Integer> shape) {
        if (!tensors.get(name).shape().equals(shape)) {
            throw new IllegalArgumentException(
                    "Adapter's " + name + " has shape " + tensors.get(name).shape() + ", this model needs " + shape);
        }
    }

    /** The digest {@code sha256:…} of {@link #toSafetensors()}: equal adapters have equal digests. */
    public String digest() {
        return new Sha256().add(ByteBuffer.wrap(toSafetensors())).text();
    }

    /** The bytes of PEFT's {@code adapter_model.safetensors}; equal adapters give equal bytes. */
    public byte[] toSafetensors() {
        return SafeTensors.write(tensors);
    }

    /**
     * Reads an adapter that {@link #toSafetensors()} or PEFT wrote.
     *
     * @param config what {@code adapter_config.json} or a manifest says about the adapter
     * @throws CheckpointException if the bytes are no such adapter, or a value is not finite
     */
    public static Adapter fromSafetensors(byte[] content, LoraConfig config) {
        return read(SafeTensors.parse(content, IN_MEMORY), config, IN_MEMORY);
    }

    /**
     * As {@link #fromSafetensors}, from a file.
     *
     * @param file with weights of any type in {@link io.marft.policy.checkpoint.DType}; they are kept as float32
     */
    static Adapter fromSafetensors(Path file, LoraConfig config) {
        return read(SafeTensors.open(file), config, file);
    }

    private static Adapter read(Map<String, SafeTensors.View> views, LoraConfig config, Path origin) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        views.forEach((name, view) -> {
            Tensor tensor = view.toTensor();
            for (float value : tensor.values()) {
                if (!Float.isFinite(value)) {
                    throw new CheckpointException(
                            origin, "tensor " + name + " holds " + value + ": weights must be finite");
                }
            }
            tensors.put(name, tensor);
        });
        try {
            return of(config, tensors);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(origin, e.getMessage(), e);
        }
    }
}
