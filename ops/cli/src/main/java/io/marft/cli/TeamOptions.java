package io.marft.cli;

import io.marft.local.Installation;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.schemas.record.Team;
import io.marft.schemas.team.TeamFile;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which team, and on which base model. */
final class TeamOptions {

    @Option(
            names = "--team",
            paramLabel = "FILE",
            defaultValue = "${MARFT_TEAM_FILE:-}",
            description = "The team's file. Default: MARFT_TEAM_FILE, or else the bundled team.")
    private String teamFile;

    @Option(
            names = "--model",
            paramLabel = "DIRECTORY",
            defaultValue = "${MARFT_MODEL:-}",
            description = "The base model, as a Hugging Face directory. Default: MARFT_MODEL, or else the bundled one.")
    private String model;

    Team team() {
        return TeamFile.load(teamFile.isBlank() ? Installation.find().team() : Path.of(teamFile));
    }

    Path model() {
        Path directory = model.isBlank() ? Installation.find().model() : Path.of(model);
        Checkpoint.requireFiles(directory);
        return directory;
    }
}
