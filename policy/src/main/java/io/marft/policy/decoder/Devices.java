package io.marft.policy.decoder;

import ai.djl.Device;
import ai.djl.engine.Engine;

/** Finds the device that a model runs on. */
final class Devices {

    private static final String CUDA = "cuda";

    private Devices() {}

    /**
     * The device of a name.
     *
     * @param name as in {@link ModelOptions}
     * @throws IllegalArgumentException if it is a GPU that libtorch does not see
     */
    static Device of(String name) {
        if (name.equals("cpu")) {
            return Device.cpu();
        }
        Engine engine = Engine.getEngine("PyTorch");
        int gpus = engine.defaultDevice().isGpu() ? engine.getGpuCount() : 0;
        if (name.equals("auto")) {
            return gpus > 0 ? Device.gpu() : Device.cpu();
        }
        int index = name.equals(CUDA) ? 0 : Integer.parseInt(name.substring(CUDA.length() + 1));
        if (index >= gpus) {
            throw new IllegalArgumentException("Device " + name + " is not there: libtorch sees " + gpus
                    + " GPUs; use --device cpu, or see docs/models.md for the libraries that a GPU needs");
        }
        return Device.gpu(index);
    }
}
