package io.marft.bench.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.marft.bench.report.BenchException;
import io.marft.bench.report.Phase;
import io.marft.policy.TinyModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyBenchTest {

    @TempDir
    Path directory;

    private Path model;

    @BeforeEach
    void writeModel() {
        model = TinyModels.write(directory.resolve("model"), TinyModels.config(), 1);
    }

    private Report run(int newTokens, int repeat, Optional<Peer> peer, Phase... phases) {
        Workload workload = new Workload(2, 6, 0, newTokens, 8, List.of("q_proj", "v_proj"));
        Plan plan = new Plan(model.toString(), "cpu", 1, 1 << 20, 1 << 20, 0, workload);
        return new PolicyBench(plan, List.of(phases), repeat, peer, line -> {}).run();
    }

    /** A peer that notes its arguments and gives {@code line}. */
    private Peer peer(String line) throws IOException {
        Files.writeString(
                directory.resolve("peer.sh"),
                "echo \"$@\" >> '" + directory.resolve("asked") + "'\necho noise\necho '" + line + "'\n");
        return new Peer("sh '" + directory.resolve("peer.sh") + "'");
    }

    @Test
    void shouldMeasureEveryPhase() throws IOException {
        Report report = run(5, 2, Optional.empty(), Phase.values());

        JsonNode json = new ObjectMapper().readTree(report.json());
        assertEquals("float32", json.path("dtype").asText());
        assertEquals("cpu", json.path("device").asText());
        long header = Files.size(model.resolve("model.safetensors"))
                - json.path("weightBytes").asLong();
        assertTrue(header > 0 && header < 8192, "all of the file is weights but its header, " + header);
        List<String> phases = new ArrayList<>();
        for (JsonNode phase : json.path("phases")) {
            phases.add(phase.path("phase").asText());
            assertEquals(2, phase.path("tokensPerSecond").path("all").size());
            assertTrue(phase.path("tokensPerSecond").path("least").asDouble() > 0);
            assertTrue(phase.path("load").path("timesWeights").asDouble() > 1);
            assertTrue(phase.path("memory").path("anonymousPeak").asLong() > 1 << 20);
            assertTrue(phase.path("memory").path("residentPeak").asLong()
                    >= phase.path("load").path("anonymousAfter").asLong());
        }
        assertEquals(List.of("decode", "mixed", "train"), phases);
        assertTrue(json.at("/phases/0/tokensPerSecondAfterFirst/median").asDouble() > 0);
        assertTrue(json.at("/phases/0/rival").isMissingNode(), "nobody to compare with");
        assertEquals("one adapter", json.at("/phases/1/rival/name").asText());
        assertTrue(json.at("/phases/1/rival/ratios/speed").asDouble() > 0);
        assertTrue(report.text().contains("\nmixed "), report.text());
    }

    @Test
    void shouldGiveThePeerATurnAfterEachRepetition() throws IOException {
        Peer peer = peer("{\"tokens_per_second\": 1000, \"cpu_shares\": [0.5], \"anonymous_peak_mib\": 2048,"
                + " \"vm_hwm_mib\": 4096}");

        Report report = run(5, 2, Optional.of(peer), Phase.TRAIN);

        JsonNode phase = new ObjectMapper().readTree(report.json()).at("/phases/0");
        double speed = phase.at("/tokensPerSecond/median").asDouble();
        double anonymous = phase.at("/memory/anonymousPeak").asDouble();
        assertEquals(speed / 1000, phase.at("/rival/ratios/speed").asDouble(), 1e-9);
        assertEquals(
                anonymous / (1L << 31),
                phase.at("/rival/ratios/anonymousMemory").asDouble(),
                1e-9);
        assertEquals(0.5, phase.at("/rival/cpuShare/median").asDouble());
        assertEquals(4096, phase.at("/rival/said/vm_hwm_mib").asInt());
        assertTrue(report.text().contains("  peer              1,000"), report.text());
        List<String> asked = Files.readAllLines(directory.resolve("asked"));
        assertEquals(2, asked.size());
        assertEquals(
                "--model " + model + " --what train --batch 2 --prompt-tokens 6 --new-tokens 5 --dtype float32"
                        + " --threads 1 --lora-rank 8 --lora-targets q_proj,v_proj --repeat 1",
                asked.get(0));
    }

    @Test
    void shouldNameWhatThePeerDidNotSay() throws IOException {
        Peer silent = peer("{\"tokens_per_second\": 1000, \"anonymous_peak_mib\": \"much\"}");

        BenchException e = assertThrows(BenchException.class, () -> run(5, 1, Optional.of(silent), Phase.TRAIN));

        assertEquals(
                "peer '" + silent.command() + "' must give a positive number as anonymous_peak_mib, got: \"much\"",
                e.getMessage());
    }

    @Test
    void shouldSayInOneLineWhyAPeerFailed() {
        Peer broken = new Peer("sh -c 'echo first >&2; echo No module named torch >&2; exit 3'");
        Plan plan = new Plan("m", "cpu", 1, 1, 1, 0, new Workload(2, 6, 0, 5, 8, List.of("q_proj")));

        BenchException e = assertThrows(BenchException.class, () -> broken.measure(Phase.DECODE, plan, "float32"));

        assertTrue(e.getMessage().endsWith("ended with status 3: No module named torch"), e.getMessage());
        assertFalse(e.getMessage().contains("\n"));
    }

    @Test
    void shouldSayThatTheModelIsTooShort() {
        BenchException e = assertThrows(BenchException.class, () -> run(123, 1, Optional.empty(), Phase.DECODE));

        assertEquals(
                "prompt-tokens=6 and new-tokens=123 exceed the 128 positions of model " + model + ": lower one",
                e.getMessage());
    }

    @Test
    void shouldNameTheFileThatTheModelLacks() throws IOException {
        Files.delete(model.resolve("config.json"));

        BenchException e = assertThrows(BenchException.class, () -> run(5, 1, Optional.empty(), Phase.TRAIN));

        assertTrue(
                e.getMessage().startsWith(model.resolve("config.json") + ": does not exist: a model's directory holds"),
                e.getMessage());
    }
}
