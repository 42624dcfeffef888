package io.marft.cli.process;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in one line what is wrong with a command line. */
public final class WrongUsage {

    private WrongUsage() {}

    /** The line, with what may have been meant where a word is unknown. */
    public static String line(ParameterException e) {
        CommandLine command = e.getCommandLine();
        String what = e instanceof UnmatchedArgumentException unmatched
                ? unknown(unmatched.getUnmatched().get(0), command)
                : e.getMessage();
        return what + "; see `" + command.getCommandSpec().qualifiedName() + " --help`";
    }

    private static String unknown(String word, CommandLine command) {
        List<String> known = new ArrayList<>(
                word.startsWith("-")
                        ? command.getCommandSpec().optionsMap().keySet()
                        : command.getSubcommands().keySet());
        if (known.isEmpty()) {
            return "unexpected word '" + word + "'";
        }
        return "unknown " + (word.startsWith("-") ? "option" : "command") + " '" + word + "'"
                + Nearest.question(word, known);
    }
}
