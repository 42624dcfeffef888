package io.marft.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.marft.policy.adapter.Adapter;
import io.marft.policy.adapter.LoraConfig;
import io.marft.policy.adapter.PeftDirectory;
import io.marft.policy.checkpoint.CheckpointException;
import io.marft.policy.checkpoint.DType;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.checkpoint.Tensor;
import io.marft.policy.checkpoint.WeightFiles;
import io.marft.policy.decoder.ModelOptions;
import io.marft.policy.generate.Generation;
import io.marft.policy.generate.GenerationRequest;
import io.marft.policy.generate.PromptTooLongException;
import io.marft.policy.generate.Sampling;
import io.marft.policy.train.Sequence;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user reads who gives a model something broken: one line with the file and the mend, and no model. */
class LanguageModelFaultsTest {

    private static final ModelConfig CONFIG = TinyModels.config();
    private static final String SECOND = "model-00002-of-00002.safetensors";

    @TempDir
    Path directory;

    @BeforeEach
    void writeAModelThatLoads() {
        TinyModels.write(directory, CONFIG, DType.BF16, 2, 1);
        LanguageModel.load(directory, 1).close();
    }

    @Test
    void shouldRefuseADirectoryThatHoldsNoModel() throws IOException {
        Path empty = Files.createDirectory(directory.resolve("empty"));

        String holds =
                "does not exist: a model's directory holds config.json, tokenizer.json, tokenizer_config.json, and"
                        + " model.safetensors or model.safetensors.index.json";
        assertEquals(empty.resolve("model.safetensors") + ": " + holds, fault(empty));
        Path nowhere = directory.resolve("nowhere");
        assertEquals(nowhere.resolve("model.safetensors") + ": " + holds, fault(nowhere));
        for (String file : List.of("config.json", "tokenizer.json", "tokenizer_config.json")) {
            writeAModelThatLoads();
            Files.delete(directory.resolve(file));
            assertFault(file, holds);
        }
    }

    @Test
    void shouldRefuseAnArchitectureThatItDoesNotRun() throws IOException {
        setInConfig("model_type", "mistral");
        assertFault("config.json", "model_type must be one of qwen2, qwen3, llama, got: \"mistral\"");
        setInConfig("model_type", "qwen3");
        assertFault("config.json", "architectures of a qwen3 must be Qwen3ForCausalLM, got: \"Qwen2ForCausalLM\"");
    }

    @Test
    void shouldRefuseAShardThatIsMissingOrCut() throws IOException {
        byte[] whole = Files.readAllBytes(directory.resolve(SECOND));

        Files.write(directory.resolve(SECOND), Arrays.copyOf(whole, whole.length - 2));
        assertFaultMatches(
                SECOND,
                "is truncated: tensor \\S+ ends at byte " + whole.length + " of " + (whole.length - 2)
                        + "; copy it again");
        Files.delete(directory.resolve(SECOND));
        assertFault(SECOND, "does not exist: model.safetensors.index.json names it; copy it there");
    }

    @Test
    void shouldRefuseWeightsOfAnotherShapeThanTheConfigurationAsksFor() throws IOException {
        setInConfig("intermediate_size", 50);

        assertFaultMatches(
                "model-0000[12]-of-00002.safetensors",
                "tensor model.layers.0.mlp.gate_proj.weight has shape \\[48, 32\\], config.json asks for \\[50, 32\\]");
    }

    @Test
    void shouldRefuseATypeThatItCannotReadAndMoreThanOne() throws IOException {
        for (String type : List.of("I64", "F8_E4M3")) {
            writeAModelThatLoads();
            replaceInHeader(directory.resolve(SECOND), "\"BF16\"", "\"" + type + "\"");
            assertFaultMatches(
                    SECOND,
                    "tensor \\S+ must have one of the dtypes F32, BF16, F16, got: \"" + type
                            + "\"; convert it to one of them");
        }
        writeAModelThatLoads();
        // As many bytes, which mean other values.
        replaceInHeader(directory.resolve(SECOND), "\"BF16\"", "\"F16\"");
        assertFaultMatches(
                "model-0000[12]-of-00002.safetensors",
                "tensor \\S+ is B?F16 but model.embed_tokens.weight is B?F16: all must have one dtype; convert them");
    }

    @Test
    void shouldRefuseAWeightThatIsNoNumber() {
        Map<String, Tensor> weights = new LinkedHashMap<>(TinyModels.weights(CONFIG, 1));
        weights.get("model.layers.1.mlp.up_proj.weight").values()[33] = Float.NaN;
        WeightFiles.write(directory, CONFIG, weights, DType.BF16, 2);

        assertFaultMatches(
                "model-0000[12]-of-00002.safetensors",
                "tensor model.layers.1.mlp.up_proj.weight holds NaN at index 33: weights must be finite");
    }

    @Test
    void shouldRefuseATokenizerOrTemplateThatIsNone() throws IOException {
        Files.writeString(directory.resolve("tokenizer_config.json"), "{}");
        assertFault(
                "tokenizer_config.json",
                "has no chat_template, and there is no chat_template.jinja beside it: use an instruction-tuned"
                        + " checkpoint, or add its template");
        Files.writeString(directory.resolve("chat_template.jinja"), "{% for %}");
        assertFaultMatches("chat_template.jinja", "chat template cannot be parsed: line 1: .*");
        Files.delete(directory.resolve("chat_template.jinja"));
        writeAModelThatLoads();
        Files.writeString(directory.resolve("tokenizer.json"), "{}");
        assertFaultMatches("tokenizer.json", "is not a tokenizer that can be read \\(.*\\)");
    }

    @Test
    void shouldRefuseAnAdapterOfAnotherBase() throws IOException {
        Path other = directory.resolve("adapter");
        Adapter adapter = Adapter.initial(new LoraConfig(2, 4, List.of("q_proj")), CONFIG, 1);
        new PeftDirectory(other, adapter, "some/model", "sha256:abc").write();
        Adapter wider = Adapter.initial(
                new LoraConfig(2, 4, List.of("q_proj")), TinyModels.config(2, 64, 4, 2, 48, 128, true), 1);
        Adapter deeper = Adapter.initial(
                new LoraConfig(2, 4, List.of("q_proj")), TinyModels.config(3, 32, 4, 2, 48, 128, true), 1);
        List<GenerationRequest> requests = List.of(new GenerationRequest(new int[] {5}, Sampling.plain(1), 1));
        List<Sequence> sequences = List.of(new Sequence(new int[] {5}, new int[] {6}));
        try (LanguageModel model = LanguageModel.load(directory, 1)) {
            CheckpointException thrown = assertThrows(CheckpointException.class, () -> PeftDirectory.read(other)
                    .checkFits(model.digest(), model.config()));
            assertEquals(
                    other.resolve("adapter_model.safetensors") + ": belongs to base model sha256:abc, got: "
                            + model.digest() + "; name its model",
                    thrown.getMessage());
            String shape = "Adapter's base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight has shape [2, 64],"
                    + " this model needs [2, 32]";
            String layers = "Adapter has 6 tensors, this model of 2 layers needs 4";
            assertRefused(shape, () -> model.generate(requests, wider));
            assertRefused(shape, () -> model.score(sequences, wider, 1));
            assertRefused(shape, () -> model.train(sequences, wider, 1));
            assertRefused(layers, () -> model.generate(requests, deeper));
            assertRefused(layers, () -> model.score(sequences, deeper, 1));
            assertRefused(layers, () -> model.train(sequences, deeper, 1));
            assertRefused(
                    "Training needs an adapter: start with Adapter.initial(…)",
                    () -> model.train(sequences, Adapter.none(), 1));
            // The refused ones left nothing behind.
            assertEquals(1, model.generate(requests, Adapter.none()).size());
        }
    }

    @Test
    void shouldRefuseOnlyTheRequestsThatTheModelCannotAnswer() {
        GenerationRequest tooLong = new GenerationRequest(new int[120], Sampling.plain(9), 1);
        GenerationRequest fits = new GenerationRequest(new int[119], Sampling.plain(9), 1);
        GenerationRequest empty = new GenerationRequest(new int[0], Sampling.plain(1), 1);
        GenerationRequest strange = new GenerationRequest(new int[] {CONFIG.vocabSize()}, Sampling.plain(1), 1);
        try (LanguageModel model = LanguageModel.load(directory, 1)) {
            List<CompletableFuture<Generation>> answers =
                    model.submit(List.of(tooLong, fits, empty, strange), Adapter.none());

            assertInstanceOf(PromptTooLongException.class, cause(answers.get(0)));
            assertEquals(
                    "Prompt of 120 tokens and 9 new ones exceed the model's context of 128: shorten the prompt or"
                            + " maxNewTokens",
                    cause(answers.get(0)).getMessage());
            assertTrue(answers.get(1).join().tokens().length <= 9);
            assertEquals(
                    "Prompt must have at least one token, got none",
                    cause(answers.get(2)).getMessage());
            assertEquals(
                    "Prompt token must be from 0 to 100, got: 101",
                    cause(answers.get(3)).getMessage());
            List<Sequence> sequences = List.of(new Sequence(new int[120], new int[9]));
            assertThrows(PromptTooLongException.class, () -> model.score(sequences, Adapter.none(), 1));
            assertRefused(
                    "Temperature must be positive to score, got: 0.0", () -> model.score(List.of(), Adapter.none(), 0));
        }
    }

    @Test
    void shouldRefuseADeviceThatIsNotThere() {
        assertRefused(
                "Model's device must be auto, cpu, cuda or cuda:N (N counted from 0), got: gpu",
                () -> new ModelOptions("gpu", 1, ModelOptions.Use.BOTH, 1, 0));
        ModelOptions absent = new ModelOptions("cuda:77", 1, ModelOptions.Use.BOTH, 1 << 20, 0);

        String message = assertThrows(IllegalArgumentException.class, () -> LanguageModel.load(directory, absent))
                .getMessage();

        assertTrue(
                message.matches("Device cuda:77 is not there: libtorch sees \\d+ GPUs; use --device cpu, or see"
                        + " docs/models.md for the libraries that a GPU needs"),
                message);
    }

    private static Throwable cause(CompletableFuture<Generation> answer) {
        return assertThrows(CompletionException.class, answer::join).getCause();
    }

    private static void assertRefused(String message, Runnable attempt) {
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, attempt::run).getMessage());
    }

    private void assertFault(String file, String fault) {
        assertEquals(directory.resolve(file) + ": " + fault, fault(directory));
    }

    private void assertFaultMatches(String file, String fault) {
        String message = fault(directory);
        assertTrue(message.startsWith(directory.toString()), message);
        String rest = message.substring(directory.toString().length() + 1);
        assertTrue(rest.matches(file + ": " + fault), message);
    }

    private static String fault(Path model) {
        String message = assertThrows(CheckpointException.class, () -> LanguageModel.load(model, 1))
                .getMessage();
        assertFalse(message.contains("\n"), message);
        return message;
    }

    private void setInConfig(String key, Object value) throws IOException {
        ObjectMapper json = new ObjectMapper();
        Path file = directory.resolve("config.json");
        ObjectNode config = (ObjectNode) json.readTree(Files.readAllBytes(file));
        Files.writeString(file, config.set(key, json.valueToTree(value)).toString());
    }

    /** Replaces a text in the header for the first tensor that has it; the header may get longer or shorter. */
    private static void replaceInHeader(Path file, String from, String to) throws IOException {
        ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] header = new byte[(int) content.getLong()];
        content.get(header);
        byte[] changed = new String(header, StandardCharsets.UTF_8)
                .replaceFirst(from, to)
                .getBytes(StandardCharsets.UTF_8);
        ByteBuffer whole = ByteBuffer.allocate(Long.BYTES + changed.length + content.remaining())
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(changed.length)
                .put(changed)
                .put(content);
        Files.write(file, whole.array());
    }
}
