package io.marft.cli.letters;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What services could not use. */
@Command(
        name = "dead-letters",
        description =
                "Records that services could not use: lists them, shows one, writes them back to where they came from.",
        mixinStandardHelpOptions = true,
        subcommands = {
            ListDeadLettersCommand.class,
            ShowDeadLetterCommand.class,
            ReplayDeadLettersCommand.class,
        })
public final class DeadLettersCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing: list, show or replay");
    }
}
