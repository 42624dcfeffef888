package io.marft.cli.options;

import io.marft.local.RunningStack;
import io.marft.streaming.connect.ClientSettings;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which cluster a command talks to: the one that is named, or else the local stack that runs. */
public final class ClusterOptions {

    @Mixin
    private ClusterAddress address;

    @Option(names = "--data-dir", paramLabel = "DIRECTORY", descriptionKey = "stack.data-dir")
    private Path dataDirectory;

    Path dataDirectory() {
        return dataDirectory;
    }

    /** Whether a cluster is named, so that the local stack does not matter. */
    boolean named() {
        return address.named();
    }

    /**
     * The cluster.
     *
     * @throws io.marft.local.StackException if none is named and no local stack runs on the data directory
     */
    public ClientSettings client() {
        return named() ? address.client() : RunningStack.require(dataDirectory).client();
    }
}
