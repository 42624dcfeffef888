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
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.checkpoint.SafeTensors;
import io.marft.policy.checkpoint.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The decoder's TorchScript module with its weights: the owner of their native memory, and the only place that calls
 * libtorch. Thread-safe: calls may overlap.
 *
 * <p>Why DJL's internal classes: {@code PtSymbolBlock.forward} switches shared state of the block from call to call, and
 * the graph executor's optimizer, which costs seconds of recompilation, can be left off only per thread.
 *
 * <p>Why one libtorch thread per call: its operations are short here, and its barriers cost more than they win, many times
 * over when cores are shared. Micro-batches side by side win all, and give the same bits for any number of threads.
 */
final class Native implements AutoCloseable {

    /** The parts of one class, to be joined in this order. */
    private static final List<String> SOURCES = List.of("decoder.py", "sampling.py", "pretraining.py");

    private final PtNDManager manager;
    private final PtSymbolBlock module;
    private final Workers workers;

    /**
     * @param weights every tensor of {@link io.marft.policy.checkpoint.Checkpoint#layout}, in its order; copied
     * @param threads how many micro-batches may run at once
     */
    Native(ModelConfig config, List<SafeTensors.View> weights, int threads) {
        this.workers = new Workers(threads);
        this.manager = (PtNDManager) NDManager.newBaseManager(Device.cpu(), "PyTorch");
        try {
            byte[] archive = TorchArchive.pack(source(), "Decoder", attributes(config));
            this.module = JniUtils.loadModule(manager, new ByteArrayInputStream(archive), false, false);
            try (NDManager call = open()) {
                NDList inputs = new NDList();
                for (SafeTensors.View view : weights) {
                    inputs.add(named(
                            tensor(call, view.shape(), view.bytes(0, Math.toIntExact(view.size()))), "weights[]"));
                }
                inputs.add(call.create(new Shape(config.maxPositions(), 1), DataType.FLOAT32));
                run("load", true, inputs);
            }
        } catch (IOException e) {
            close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** A manager for the tensors of one call or pass; closing it frees them all. */
    NDManager open() {
        return manager.newSubManager();
    }

    /**
     * Runs a method of the module.
     *
     * @param gradient whether to record a graph
     * @param inputs in the method's order; the first one's manager will own the result
     */
    NDList run(String method, boolean gradient, NDList inputs) {
        JniUtils.setGraphExecutorOptimize(false);
        JniUtils.setNumThreads(1);
        JniUtils.setGradMode(gradient);
        NDArray name = inputs.get(0).getManager().create(0);
        name.setName("module_method:" + method);
        NDList all = new NDList(inputs);
        all.add(name);
        return IValueUtils.forward(module, all, gradient);
    }

    /** Adds tensors as one list, which must not be empty. */
    static void addList(NDManager call, NDList inputs, List<Tensor> tensors, String name) {
        for (Tensor tensor : tensors) {
            inputs.add(named(tensor(call, tensor.shape(), tensor.toBytes()), name));
        }
    }

    /** {@code array} with the name under which lists are gathered: {@code "…[]"}. */
    static NDArray named(NDArray array, String name) {
        array.setName(name);
        return array;
    }

    /** Runs tasks on this module's workers; results in order. */
    <T> List<T> parallel(List<Supplier<T>> tasks) {
        return workers.run(tasks);
    }

    @Override
    public void close() {
        workers.close();
        manager.close();
    }

    private static NDArray tensor(NDManager call, List<Integer> shape, ByteBuffer bytes) {
        Shape sizes = new Shape(shape.stream().mapToLong(Integer::longValue).toArray());
        return call.create(bytes.duplicate().order(ByteOrder.nativeOrder()), sizes, DataType.FLOAT32);
    }

    private static String source() throws IOException {
        StringBuilder text = new StringBuilder();
        for (String source : SOURCES) {
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
        attributes.put("theta", config.rotary().theta());
        attributes.put("tied", config.tiedEmbeddings());
        for (String list : List.of("ends", "blocks", "rotary", "maps", "first", "second", "steps")) {
            attributes.put(list, List.of());
        }
        return attributes;
    }
}
