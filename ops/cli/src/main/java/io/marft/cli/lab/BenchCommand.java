package io.marft.cli.lab;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Benchmarks. */
@Command(
        name = "bench",
        description = "Measures what this machine does.",
        mixinStandardHelpOptions = true,
        subcommands = {BenchPolicyCommand.class, BenchUpdateCommand.class, BenchPipelineCommand.class})
public final class BenchCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    /** Where a benchmark says how far it is: the error stream, so that the report alone is on the output. */
    static Consumer<String> progress(CommandSpec spec) {
        PrintWriter err = spec.commandLine().getErr();
        return line -> {
            err.println(line);
            err.flush();
        };
    }

    /** Prints a benchmark's report and writes it to the file that was asked for, if one was. */
    static void report(CommandSpec spec, String text, String json, Optional<Path> file) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        out.print(text);
        out.flush();
        if (file.isPresent()) {
            Files.writeString(file.get(), json + "\n");
        }
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "policy, update or pipeline is missing");
    }
}
