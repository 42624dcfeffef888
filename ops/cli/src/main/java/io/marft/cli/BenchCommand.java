package io.marft.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Benchmarks. */
@Command(
        name = "bench",
        description = "Measures what this machine does.",
        mixinStandardHelpOptions = true,
        subcommands = {BenchPolicyCommand.class, BenchUpdateCommand.class})
final class BenchCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "policy or update is missing");
    }
}
