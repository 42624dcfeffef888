package io.marft.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The module in processes of their own, because the one that tests run in is started with it. */
class VectorModuleTest {

    /** The process's program. */
    static final class Answer {

        private Answer() {}

        /** Says whether kernels are available, and multiplies by one if they are. */
        public static void main(String[] arguments) {
            boolean available = Kernels.available();
            System.out.println(available);
            if (available) {
                PackedMatrix two = new PackedMatrix(1, 1, new float[] {2}, new float[0]);
                float[] three = new float[PackedMatrix.rows(1)];
                three[0] = 3;
                float[] product = new float[PackedMatrix.rows(1) * two.stride()];
                two.multiply(three, 1, 1, product);
                System.out.println(product[0]);
            }
        }
    }

    private static String run(String... options) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Answer.class.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void shouldLoadTheModuleIntoARunningJvmWithoutAnyLine() throws IOException {
        assumeTrue(Kernels.available(), "no kernels for this processor");
        assertEquals("true\n6.0\n", run("--add-exports=java.base/jdk.internal.module=ALL-UNNAMED"));
    }

    @Test
    void shouldDoWithoutWhereTheJvmKeepsItsOwnModulesClosed() throws IOException {
        assertEquals("false\n", run());
    }
}
