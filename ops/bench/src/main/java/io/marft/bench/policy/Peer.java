package io.marft.bench.policy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.marft.bench.report.BenchException;
import io.marft.bench.report.ChildErrors;
import io.marft.bench.report.Memory;
import io.marft.bench.report.Phase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Another program that measures the same: {@code ops/bench/peers/policy.py}, or one with its options, whose last line of
 * output is a JSON object with the speed and the memory.
 *
 * @param command as a shell reads it
 */
public record Peer(String command) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MIB = 20;

    /**
     * What it said.
     *
     * @param cpuShare the part of its threads' time that it really got, if it said so
     * @param line its whole answer
     */
    record Answer(double tokensPerSecond, OptionalDouble cpuShare, Memory memory, JsonNode line) {}

    /** Checks that there is something to run. */
    public Peer {
        if (command.isBlank()) {
            throw new IllegalArgumentException("peer must be a command, such as"
                    + " \"python ops/bench/peers/policy.py\", got: '" + command + "'");
        }
    }

    /**
     * Runs it for one repetition.
     *
     * @param dtype type of the checkpoint's weights, which it is to keep
     */
    Answer measure(Phase phase, Plan plan, String dtype) {
        Workload workload = plan.workload();
        List<String> words = new ArrayList<>(List.of("sh", "-c", "exec " + command + " \"$@\"", "peer"));
        words.addAll(List.of("--model", Path.of(plan.model()).toAbsolutePath().toString()));
        words.addAll(List.of("--what", phase.label()));
        words.addAll(List.of("--batch", Integer.toString(workload.batch())));
        words.addAll(List.of("--prompt-tokens", Integer.toString(workload.promptTokens())));
        words.addAll(List.of("--new-tokens", Integer.toString(workload.newTokens())));
        words.addAll(List.of("--dtype", dtype));
        words.addAll(List.of("--threads", Integer.toString(plan.threads())));
        words.addAll(List.of("--lora-rank", Integer.toString(workload.loraRank())));
        words.addAll(List.of("--lora-targets", String.join(",", workload.loraTargets())));
        words.addAll(List.of("--repeat", "1"));
        return parse(run(words));
    }

    private String run(List<String> words) {
        try (ChildErrors errors = new ChildErrors()) {
            ProcessBuilder builder = new ProcessBuilder(words).redirectError(errors.file());
            // Set by our launcher for our threads: the peer is to run as it does by itself.
            builder.environment().remove("OMP_WAIT_POLICY");
            Process process = builder.start();
            try {
                process.outputWriter().close();
                String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                int status = process.waitFor();
                if (status != 0) {
                    throw new BenchException("peer '" + command + "' ended with status " + status + errors.lastLine());
                }
                return output;
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new BenchException("peer '" + command + "' cannot be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted while peer '" + command + "' ran", e);
        }
    }

    private Answer parse(String output) {
        String last = output.lines().filter(line -> !line.isBlank()).reduce("", (before, line) -> line);
        JsonNode line;
        try {
            line = JSON.readTree(last);
        } catch (JsonProcessingException e) {
            throw new BenchException(
                    "peer '" + command + "' must print a JSON object as its last line, got: '" + last + "'", e);
        }
        JsonNode share = line.path("cpu_shares").path(0);
        return new Answer(
                positive(line, "tokens_per_second"),
                share.isNumber() ? OptionalDouble.of(share.asDouble()) : OptionalDouble.empty(),
                new Memory(
                        (long) positive(line, "anonymous_peak_mib") << MIB, (long) positive(line, "vm_hwm_mib") << MIB),
                line);
    }

    private double positive(JsonNode line, String key) {
        JsonNode value = line.path(key);
        if (!value.isNumber() || !(value.asDouble() > 0)) {
            throw new BenchException("peer '" + command + "' must give a positive number as " + key + ", got: "
                    + (value.isMissingNode() ? "none" : value));
        }
        return value.asDouble();
    }
}
