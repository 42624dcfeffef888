package io.marft.cli.adapters;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Adapters, out to other tools and in from them. */
@Command(
        name = "adapters",
        description = "Writes an agent's adapter as a PEFT directory, or takes one into training.",
        mixinStandardHelpOptions = true,
        subcommands = {ExportAdapterCommand.class, ImportAdapterCommand.class})
public final class AdaptersCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "export or import is missing");
    }
}
