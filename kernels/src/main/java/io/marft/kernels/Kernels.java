package io.marft.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Whether the kernels of this package are fast here, and what they have in common.
 *
 * <p>They are written with the JDK's Vector API (JEP 414), an incubator module. {@link VectorModule} brings it into a JVM that was
 * started without it. Before any other class here is touched, ask {@link #available}.
 *
 * <p>All of them give the same bits whether they are interpreted or compiled: they use only operations whose result
 * IEEE 754 fixes, in an order that is fixed for the width of this processor's vectors; none sums across a vector, whose
 * order the Vector API leaves open.
 */
public final class Kernels {

    private Kernels() {}

    /**
     * Whether this JVM can run them, and fast: its compiler knows the module (HotSpot's C2, and not turned off), the module
     * can be had, and vectors have fused multiply-add, as x86 has with AVX2 and later and each 64-bit ARM.
     */
    public static boolean available() {
        return System.getProperty("java.vm.name").endsWith("Server VM")
                && System.getProperty("java.vm.info", "").startsWith("mixed mode")
                && !System.getProperty("java.vm.info", "").contains("emulated-client")
                && !System.getProperty("java.vendor.version", "").contains("GraalVM")
                && VectorModule.loaded()
                && (Lanes.COUNT >= 8 || System.getProperty("os.arch").equals("aarch64"));
    }

    /** This processor's vectors. Apart, so that a JVM without the module never loads it. */
    static final class Lanes {

        static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

        /** Floats in a vector. */
        static final int COUNT = SPECIES.length();

        private Lanes() {}

        /** {@code count}, rounded up to whole vectors. */
        static int whole(int count) {
            return (count + COUNT - 1) / COUNT * COUNT;
        }
    }
}
