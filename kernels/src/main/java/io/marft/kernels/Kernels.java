package io.marft.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Tells whether the kernels of this package are fast here, and holds what they have in common.
 *
 * <p>They are written with the JDK's Vector API (JEP 414), an incubator module. {@link VectorModule} brings it into a JVM
 * that was started without it. Ask {@link #available} before any other class of this package is used.
 *
 * <p>All of them give the same bits whether they are interpreted or compiled. They use only operations whose result IEEE 754
 * fixes, in an order that is fixed for the width of this processor's vectors. None sums across a vector, because the Vector
 * API leaves the order of such a sum open.
 */
public final class Kernels {

    private Kernels() {}

    /**
     * Whether this JVM runs the kernels fast: its compiler knows the module (HotSpot's C2, not turned off), the module can be
     * had, and vectors have fused multiply-add, as on x86 from AVX2 on and on every 64-bit ARM.
     */
    public static boolean available() {
        return System.getProperty("java.vm.name").endsWith("Server VM")
                && System.getProperty("java.vm.info", "").startsWith("mixed mode")
                && !System.getProperty("java.vm.info", "").contains("emulated-client")
                && !System.getProperty("java.vendor.version", "").contains("GraalVM")
                && VectorModule.loaded()
                && (Vectors.COUNT >= 8 || System.getProperty("os.arch").equals("aarch64"));
    }

    /** This processor's vectors. A class of its own, so that a JVM without the module never loads it. */
    static final class Vectors {

        static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

        /** How many floats a vector has. */
        static final int COUNT = SPECIES.length();

        private Vectors() {}

        /** A number of floats, rounded up to whole vectors. */
        static int whole(int count) {
            return (count + COUNT - 1) / COUNT * COUNT;
        }
    }
}
