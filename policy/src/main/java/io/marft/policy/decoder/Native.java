package io.marft.policy.decoder;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.marft.policy.checkpoint.DType;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.checkpoint.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The decoder's TorchScript module: the owner of its native memory, and the only place that calls libtorch. Thread-safe:
 * calls may overlap.
 *
 * <p>Why DJL's internal classes: {@code PtSymbolBlock.forward} switches shared state of the block from call to call, and
 * the graph executor's optimizer, which costs seconds of recompilation, can be left off only per thread.
 *
 * <p>Threads: a small model's operations are so short that libtorch's barriers cost more than they win, many times over
 * when cores are shared. So each of its calls runs on one libtorch thread, and micro-batches side by side win all; they
 * give the same bits for any number of threads. A large model's calls each use all threads, one call at a time; on a GPU
 * as well.
 */
final class Native implements AutoCloseable {

    /** The files that make up the module's class, in the order in which they are joined. */
    private static final List<String> SOURCES =
            List.of("decoder.py", "training.py", "sampling.py", "pretraining.py", packing());

    /** The class's lists of tensors, which are empty until it is given weights. */
    private static final List<String> LISTS =
            List.of("ends", "blocks", "rotary", "maps", "packed", "first", "second", "steps");
    /** Width from which a model is large. */
    private static final int LARGE = 512;

    private final PtNDManager manager;
    private final PtSymbolBlock module;
    private final Workers workers;
    private final boolean large;
    private final int libtorchThreads;
    private final Map<String, PtSymbolBlock> beside = new ConcurrentHashMap<>();
    private final ReentrantLock turn = new ReentrantLock(true);

    /** @param threads how many processors to use */
    Native(ModelConfig config, Device device, int threads) {
        this.large = device.isGpu() || config.hiddenSize() >= LARGE;
        this.libtorchThreads = large ? threads : 1;
        this.workers = new Workers(large ? 1 : threads);
        this.manager = (PtNDManager) NDManager.newBaseManager(device, "PyTorch");
        try {
            this.module = load(manager, SOURCES, "Decoder", attributes(config));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Another module, without attributes, that is run by this one's rules: on its device, by its threads, in turn. Loaded
     * when first asked for, and closed with this one.
     *
     * @param source a resource beside this class
     */
    PtSymbolBlock beside(String source, String className) {
        return beside.computeIfAbsent(
                source, unused -> load(manager, List.of(source), className, Map.of("training", false)));
    }

    private static PtSymbolBlock load(
            PtNDManager memory, List<String> sources, String className, Map<String, Object> attributes) {
        try {
            byte[] archive = TorchArchive.pack(source(sources), className, attributes);
            return JniUtils.loadModule(memory, new ByteArrayInputStream(archive), false, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether the model is large: each call uses all threads, and calls take turns. */
    boolean isLarge() {
        return large;
    }

    /** Whether it runs on a GPU. */
    boolean isGpu() {
        return manager.getDevice().isGpu();
    }

    /**
     * How many padded tokens one micro-batch has. On a CPU they are enough to keep the matrix products busy, and few enough
     * for the caches; on a GPU so many that computing takes longer than starting its operations one by one.
     */
    int microBatch() {
        return isGpu() ? 16_384 : 2048;
    }

    /** The device's name in libtorch. */
    String device() {
        Device device = manager.getDevice();
        return device.isGpu() ? "cuda:" + device.getDeviceId() : "cpu";
    }

    /** Whether matrices can be packed for decoding. */
    boolean packs() {
        return !isGpu() && SOURCES.contains("packing_onednn.py");
    }

    /** A manager for the tensors of one call or pass; closing it frees them all. */
    NDManager open() {
        return manager.newSubManager();
    }

    /** What autograd does in a call. */
    enum Mode {
        /** It records nothing, and results can never take part in a graph. */
        INFERENCE,
        /** It records nothing; results may take part in a later graph. */
        NO_GRADIENT,
        /** It records a graph. */
        GRADIENT
    }

    /**
     * Runs a method of the module.
     *
     * @param inputs in the method's order; the first one's manager will own the result
     */
    NDList run(String method, Mode mode, NDList inputs) {
        return run(module, method, mode, inputs);
    }

    /** As {@link #run(String, Mode, NDList)}, of a module {@link #beside} this one. */
    NDList run(PtSymbolBlock module, String method, Mode mode, NDList inputs) {
        if (large) {
            turn.lock();
        }
        try {
            JniUtils.setGraphExecutorOptimize(false);
            JniUtils.setNumThreads(libtorchThreads);
            JniUtils.setGradMode(mode == Mode.GRADIENT);
            NDArray name = inputs.get(0).getManager().create(0);
            name.setName("module_method:" + method);
            NDList all = new NDList(inputs);
            all.add(name);
            return IValueUtils.forward(module, all, mode != Mode.INFERENCE);
        } finally {
            if (large) {
                turn.unlock();
            }
        }
    }

    /**
     * Copies tensors from Java's heap into one list.
     *
     * @param tensors at least one
     * @param name of the list, see {@link #named}
     */
    static NDList list(NDManager call, List<Tensor> tensors, String name) {
        List<NDArray> arrays = new ArrayList<>();
        for (Tensor tensor : tensors) {
            arrays.add(named(tensor(call, tensor.shape(), tensor.toBytes(), DataType.FLOAT32), name));
        }
        return new NDList(arrays);
    }

    /** Gives an array a name, and gives it back: arrays named {@code "…[]"} reach the module as one list. */
    static NDArray named(NDArray array, String name) {
        array.setName(name);
        return array;
    }

    /**
     * A tensor of one dimension whose values are still undefined. The module makes it: DJL's natives end the process when
     * asked for bfloat16.
     */
    NDArray allocate(NDManager memory, long values, DType dtype) {
        int type =
                switch (dtype) {
                    case F32 -> 6;
                    case BF16 -> 15;
                    case F16 -> 5;
                };
        return run("allocate", Mode.NO_GRADIENT, new NDList(size(memory, values), size(memory, type)))
                .singletonOrThrow();
    }

    /** Copies of arrays in the model's type, which {@code memory} will own. */
    NDList cast(NDManager memory, NDList arrays, String name) {
        NDList copies = run("cast", Mode.INFERENCE, arrays);
        copies.attach(memory);
        copies.forEach(copy -> named(copy, name));
        return copies;
    }

    /** A tensor without values that carries an integer: its first size. */
    static NDArray size(NDManager call, long value) {
        return call.create(new Shape(value, 0));
    }

    /** A list that stands for nothing. */
    static NDList none(NDManager call, String name) {
        return new NDList(named(call.create(new Shape(0)), name));
    }

    /** A tensor of given bytes: on a CPU a view of {@code bytes}, which must outlive it. */
    static NDArray tensor(NDManager call, List<Integer> shape, ByteBuffer bytes, DataType type) {
        Shape sizes = new Shape(shape.stream().mapToLong(Integer::longValue).toArray());
        return call.create(bytes.duplicate().order(ByteOrder.nativeOrder()), sizes, type);
    }

    /** Runs tasks on this module's workers, and gives their results in order. */
    <T> List<T> parallel(List<Supplier<T>> tasks) {
        return workers.run(tasks);
    }

    @Override
    public void close() {
        workers.close();
        manager.close();
    }

    /** The file that packs matrices: with oneDNN, which libtorch has on 64-bit x86, or not at all. */
    private static String packing() {
        String processor = System.getProperty("os.arch");
        return processor.equals("amd64") || processor.equals("x86_64") ? "packing_onednn.py" : "packing_none.py";
    }

    /**
     * Whether products of many rows are written as convolutions: not on Intel's processors, for which MKL keeps its fastest
     * paths. The system property {@code marft.convolutions} says otherwise, to check either on any processor.
     */
    private static boolean convolves() {
        String said = System.getProperty("marft.convolutions");
        if (said != null) {
            return Boolean.parseBoolean(said);
        }
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.noneMatch(line -> line.startsWith("vendor_id") && line.endsWith("GenuineIntel"));
        } catch (IOException | UncheckedIOException e) {
            return true; // Not Linux.
        }
    }

    private static String source(List<String> sources) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String source : sources) {
            try (InputStream in = Native.class.getResourceAsStream(source)) {
                text.append(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                        .append('\n');
            }
        }
        return text.toString();
    }

    private static Map<String, Object> attributes(ModelConfig config) {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("training", false);
        attributes.put("layers", config.layers());
        attributes.put("heads", config.heads());
        attributes.put("kv_heads", config.kvHeads());
        attributes.put("head_size", config.headSize());
        attributes.put("epsilon", config.rmsNormEps());
        attributes.put("convolves", convolves());
        LISTS.forEach(list -> attributes.put(list, List.of()));
        return attributes;
    }
}
