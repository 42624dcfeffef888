package io.marft.cli.options;

import io.marft.local.Installation;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.schemas.record.Team;
import io.marft.schemas.team.TeamFile;
import io.marft.streaming.connect.ClientSettings;
import io.marft.streaming.provision.Provisioning;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which team, and on which base model. */
public final class TeamOptions {

    @Option(names = "--team", paramLabel = "FILE", descriptionKey = "team.file")
    private String teamFile;

    @Option(names = "--model", paramLabel = "DIRECTORY", descriptionKey = "model.directory")
    private String model;

    /** The team as its file says, for those that work without a log. */
    public Team team() {
        return TeamFile.load(file());
    }

    /** The team as its file says, its version 0 where it states none. */
    public Team draft() {
        return TeamFile.loadDraft(file());
    }

    /** The team in the version that is in force on a cluster, or as its file says if there is none. */
    public Team inForce(ClientSettings client) {
        return Provisioning.inForce(client, team());
    }

    private Path file() {
        return teamFile.isBlank() ? Installation.find().team() : Path.of(teamFile);
    }

    public Path model() {
        Path directory = model.isBlank() ? Installation.find().model() : Path.of(model);
        Checkpoint.requireFiles(directory);
        return directory;
    }
}
