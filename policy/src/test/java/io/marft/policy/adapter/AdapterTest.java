package io.marft.policy.adapter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.policy.TinyModels;
import io.marft.policy.checkpoint.CheckpointException;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.checkpoint.SafeTensors;
import io.marft.policy.checkpoint.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class AdapterTest {

    private static final LoraConfig LORA = new LoraConfig(4, 8, List.of("v_proj", "q_proj"));
    private static final ModelConfig MODEL = TinyModels.config();

    @Test
    void shouldUsePeftsNamesInOneOrder() {
        Adapter adapter = Adapter.initial(LORA, MODEL, 1);

        assertEquals(List.of("q_proj", "v_proj"), LORA.targets());
        List<String> names = new ArrayList<>(adapter.tensors().keySet());
        assertEquals(8, names.size());
        assertEquals("base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight", names.get(0));
        assertEquals("base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight", names.get(1));
        assertEquals("base_model.model.model.layers.1.self_attn.v_proj.lora_B.weight", names.get(7));
        assertEquals(List.of(4, 32), adapter.a(0, Projection.Q).shape());
        assertEquals(List.of(16, 4), adapter.b(1, Projection.V).shape());
    }

    @Test
    void shouldStartWithNoEffectAndWithTheSameValuesForASeed() {
        Adapter adapter = Adapter.initial(LORA, MODEL, 1);

        assertArrayEquals(new float[128], adapter.b(0, Projection.Q).values());
        assertTrue(adapter.a(0, Projection.Q).values()[5] != 0);
        assertEquals(adapter.digest(), Adapter.initial(LORA, MODEL, 1).digest());
        assertNotEquals(adapter.digest(), Adapter.initial(LORA, MODEL, 2).digest());
    }

    @Test
    void shouldKeepEveryBitThroughSafetensors() {
        Adapter adapter = Adapter.initial(LORA, MODEL, 1);

        Adapter back = Adapter.fromSafetensors(adapter.toSafetensors(), LORA);

        assertArrayEquals(adapter.toSafetensors(), back.toSafetensors());
        assertEquals(adapter.digest(), back.digest());
    }

    @Test
    void shouldKeepItsDigestWhateverTheOrderAndChangeItWithOneBit() {
        Adapter adapter = Adapter.initial(LORA, MODEL, 1);
        List<String> names = new ArrayList<>(adapter.tensors().keySet());
        Map<String, Tensor> reversed = new LinkedHashMap<>();
        for (int i = names.size() - 1; i >= 0; i--) {
            reversed.put(names.get(i), adapter.tensors().get(names.get(i)));
        }
        assertEquals(adapter.digest(), Adapter.of(LORA, reversed).digest());

        List<float[]> values = new ArrayList<>();
        adapter.tensors().values().forEach(tensor -> values.add(tensor.values().clone()));
        values.get(2)[1] = Math.nextUp(values.get(2)[1]);
        assertNotEquals(adapter.digest(), adapter.withValues(values).digest());
        values.get(1)[0] = -0f;
        assertNotEquals(adapter.digest(), adapter.withValues(values).digest());
    }

    @Test
    void shouldRefuseWhatIsNoSuchAdapter() {
        byte[] bytes = Adapter.initial(LORA, MODEL, 1).toSafetensors();
        LoraConfig otherRank = new LoraConfig(2, 8, LORA.targets());
        LoraConfig otherTargets = new LoraConfig(4, 8, List.of("o_proj", "k_proj"));

        assertFault("is truncated", () -> Adapter.fromSafetensors(Arrays.copyOf(bytes, bytes.length - 4), LORA));
        assertFault("which is not of rank 2", () -> Adapter.fromSafetensors(bytes, otherRank));
        assertFault(
                "tensor base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight is not LoRA on one of [k_proj,"
                        + " o_proj]",
                () -> Adapter.fromSafetensors(bytes, otherTargets));
        Map<String, Tensor> other =
                new LinkedHashMap<>(Adapter.initial(LORA, MODEL, 1).tensors());
        Tensor first = other.remove("base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight");
        other.put("base_model.model.model.layers.7.self_attn.q_proj.lora_A.weight", first);
        assertFault(
                "layers.0.self_attn.q_proj.lora_A.weight is missing",
                () -> Adapter.fromSafetensors(SafeTensors.write(other), LORA));
        byte[] notFinite = bytes.clone();
        Arrays.fill(notFinite, bytes.length - 4, bytes.length, (byte) 0xff);
        assertFault("holds NaN: weights must be finite", () -> Adapter.fromSafetensors(notFinite, LORA));
    }

    @Test
    void shouldRefuseAModelThatItDoesNotFit() {
        Adapter adapter = Adapter.initial(LORA, MODEL, 1);
        adapter.checkFits(MODEL);

        ModelConfig deeper = TinyModels.config(3, 32, 4, 2, 48, 128, true);
        ModelConfig wider = TinyModels.config(2, 64, 4, 2, 48, 128, true);
        assertEquals(
                "Adapter has 8 tensors, this model of 3 layers needs 12",
                assertThrows(IllegalArgumentException.class, () -> adapter.checkFits(deeper))
                        .getMessage());
        assertEquals(
                "Adapter's base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight has shape [4, 32], this model"
                        + " needs [4, 64]",
                assertThrows(IllegalArgumentException.class, () -> adapter.checkFits(wider))
                        .getMessage());
    }

    @Test
    void shouldRefuseATargetThatDoesNotExist() {
        assertEquals(
                "LoRA target must be one of q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj, got: qproj",
                assertThrows(IllegalArgumentException.class, () -> new LoraConfig(4, 8, List.of("qproj")))
                        .getMessage());
    }

    private static void assertFault(String fault, Executable attempt) {
        String message = assertThrows(CheckpointException.class, attempt).getMessage();
        assertTrue(message.contains(fault), message);
        assertTrue(message.lines().count() == 1, message);
    }
}
