package io.marft.policy;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.policy.adapter.Adapter;
import io.marft.policy.adapter.LoraConfig;
import io.marft.policy.generate.GenerationRequest;
import io.marft.policy.generate.Sampling;
import io.marft.policy.train.Sequence;
import io.marft.policy.train.TrainingPass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class MemoryTest {

    private static final int PAGE = 4096;

    @TempDir
    Path directory;

    /** A graph that is not freed weighs about 2 MB here; Java's heap may still come to touch all that it has reserved. */
    @Test
    void shouldKeepResidentMemoryFlatOverManyCalls() throws IOException {
        LoraConfig lora = new LoraConfig(4, 8, List.of("q_proj", "v_proj"));
        try (LanguageModel model = LanguageModel.load(TinyModels.write(directory, TinyModels.config(), 1), 2)) {
            Adapter adapter = Adapter.initial(lora, model.config(), 1);
            SplittableRandom random = new SplittableRandom(1);
            calls(100, model, adapter, random);
            long before = resident();

            calls(600, model, adapter, random);

            long growth = resident() - before - Runtime.getRuntime().totalMemory();
            assertTrue(growth < 50 << 20, "grew by " + (growth >> 20) + " MiB more than the heap");
        }
    }

    private static void calls(int count, LanguageModel model, Adapter adapter, SplittableRandom random) {
        for (int call = 0; call < count; call++) {
            List<GenerationRequest> requests = new ArrayList<>();
            List<Sequence> sequences = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                int[] prompt = random.ints(1 + random.nextInt(60), 5, 100).toArray();
                requests.add(new GenerationRequest(prompt, Sampling.plain(5), call));
                sequences.add(new Sequence(prompt, random.ints(10, 5, 100).toArray()));
            }
            model.generate(requests, adapter);
            model.score(sequences, adapter, 1);
            try (TrainingPass pass = model.train(sequences, adapter, 1)) {
                pass.gradient(pass.logProbs(), pass.entropies());
            }
        }
    }

    private static long resident() throws IOException {
        return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ", 3)[1]) * PAGE;
    }
}
