package io.marft.trainer.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.policy.TinyModels;
import io.marft.policy.adapter.Adapter;
import io.marft.policy.adapter.LoraConfig;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.schemas.digest.Sha256;
import io.marft.schemas.wire.ChunkCutter;
import io.marft.trainer.Trajectories;
import io.marft.trainer.configure.TrainingConfiguration;
import io.marft.trainer.configure.TrainingFile;
import io.marft.trainer.optimizer.Moments;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class StateBytesTest {

    /** Its critic has 34,848 weights, more than two blocks of them. */
    private static TrainingState state() {
        TrainingConfiguration configuration = TrainingFile.parse("critic: {hidden: [1024, 2]}\n", "test");
        return TrainingState.initial("sha256:none", TinyModels.config(), Trajectories.TEAM, configuration, 3);
    }

    @Test
    void shouldDigestAStateAsItsBytes() throws IOException {
        TrainingState state = state();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        String written = StateBytes.write(state, bytes);

        assertArrayEquals(StateBytes.write(state), bytes.toByteArray());
        assertEquals(Sha256.of(bytes.toByteArray()), written);
        assertEquals(written, StateBytes.digest(state));
    }

    @Test
    void shouldReadWhatItWrote() {
        byte[] bytes = StateBytes.write(state());

        assertArrayEquals(bytes, StateBytes.write(StateBytes.read(bytes)));
    }

    @Test
    void shouldRefuseAStateThatIsCutShort() {
        byte[] bytes = StateBytes.write(state());

        assertThrows(IllegalArgumentException.class, () -> StateBytes.read(Arrays.copyOf(bytes, bytes.length - 1)));
    }

    /** More than an int counts and than the heap holds: agents that share the weights and moments of one. */
    @Test
    void shouldWriteThreeGibibytesChunkByChunk() throws IOException {
        ModelConfig wide = TinyModels.config(8, 1024, 16, 16, 2048, 128, true);
        LoraConfig lora =
                new LoraConfig(16, 32, List.of("q_proj", "k_proj", "v_proj", "o_proj", "up_proj", "down_proj"));
        Adapter adapter = Adapter.initial(lora, wide, 1);
        int weights = Math.toIntExact(AgentState.weights(adapter));
        AgentState one = new AgentState(adapter, Moments.zero(weights), 0);
        Map<String, AgentState> agents = new LinkedHashMap<>();
        while (12L * weights * agents.size() < 3L << 30) {
            agents.put("agent" + agents.size(), one);
        }
        TrainingState state = new TrainingState("crowd", "sha256:none", 0, agents, Map.of());
        StateBytes.Measure measure = StateBytes.measure(state);
        Sha256 digest = new Sha256();
        int[] chunks = {0};

        try (ChunkCutter cutter = new ChunkCutter(chunk -> {
            digest.add(chunk);
            chunks[0]++;
        })) {
            assertEquals(measure.digest(), StateBytes.write(state, cutter));
        }

        assertTrue(measure.bytes() > 3L << 30, () -> "bytes: " + measure.bytes());
        assertEquals(ChunkCutter.count(measure.bytes()), chunks[0]);
        assertEquals(measure.digest(), digest.text());
    }

    /** A hundred agents that share the weights of one. */
    @Test
    void shouldRefuseAStateThatIsLargerThanACheckpointMayBe() {
        ModelConfig wide = TinyModels.config(8, 1024, 16, 16, 2048, 128, true);
        LoraConfig lora =
                new LoraConfig(16, 32, List.of("q_proj", "k_proj", "v_proj", "o_proj", "up_proj", "down_proj"));
        AgentState one = new AgentState(Adapter.initial(lora, wide, 1), Moments.zero(0), 0);
        long each = AgentState.weights(one.adapter());
        Map<String, AgentState> agents = new LinkedHashMap<>();
        while (each * agents.size() <= TrainingState.MOST_WEIGHTS) {
            agents.put("agent" + agents.size(), one);
        }

        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> new TrainingState("crowd", "sha256:none", 0, agents, Map.of()))
                .getMessage();

        assertEquals(
                "training of team 'crowd' must have at most 357913941 weights in all adapters and critics, got: "
                        + each * agents.size()
                        + "; train fewer agents, or make lora.rank, lora.targets or critic.hidden smaller",
                message);
    }
}
