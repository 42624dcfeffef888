package io.marft.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.environments.client.Asker;
import io.marft.local.Installation;
import io.marft.local.ListenPorts;
import io.marft.local.LocalStack;
import io.marft.local.StackSettings;
import io.marft.policy.adapter.Adapter;
import io.marft.policy.adapter.PeftDirectory;
import io.marft.policy.checkpoint.Checkpoint;
import io.marft.policy.decoder.ModelOptions;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.record.Action;
import io.marft.schemas.team.TeamFile;
import io.marft.testkit.Log;
import io.marft.trainer.configure.TrainingConfiguration;
import io.marft.trainer.configure.TrainingFile;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Adapters in and out by the command line, while a stack serves. */
@Timeout(300)
class AdaptersIT {

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter errors = new StringWriter();

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        errors.getBuffer().setLength(0);
        return Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(errors, true))
                .execute(arguments);
    }

    private int adapters(String command, String agent, Path of, String... more) {
        List<String> words = new ArrayList<>(List.of("adapters", command, "--agent", agent, of.toString()));
        words.addAll(List.of("--data-dir", data().toString()));
        words.addAll(List.of(more));
        return run(words.toArray(String[]::new));
    }

    private Path data() {
        return directory.resolve("data");
    }

    private void assertFails(int status, String line) {
        assertEquals(1, status);
        assertEquals(1, errors.toString().lines().count(), errors.toString());
        assertTrue(errors.toString().contains(line), errors.toString());
    }

    @Test
    void shouldServeAndProveAndHandOutAnImportedAdapter() throws Exception {
        Installation installation = Installation.find();
        TrainingConfiguration training = TrainingFile.load(installation.training());
        StackSettings settings = new StackSettings(
                installation,
                data(),
                ListenPorts.FREE,
                TeamFile.load(installation.team()),
                installation.model(),
                ModelOptions.DEFAULT,
                training,
                1,
                32,
                2);
        Checkpoint model = Checkpoint.read(installation.model());
        Adapter adapter = Adapter.initial(training.lora(), model.config(), 42);
        Path given = directory.resolve("given");
        new PeftDirectory(given, adapter, "bundled", model.digest()).write();
        Path foreign = directory.resolve("foreign");
        new PeftDirectory(foreign, adapter, "bundled", "sha256:other").write();

        try (LocalStack stack = LocalStack.start(settings, step -> {})) {
            assertFails(
                    adapters("export", "actor", directory.resolve("none")),
                    "the log holds no adapter of agent 'actor'");
            assertFails(
                    adapters("import", "actor", foreign), "belongs to base model sha256:other, got: " + model.digest());
            assertFails(adapters("import", "stranger", given), "agent 'stranger' is none of team 'arithmetic'");

            assertEquals(0, adapters("import", "actor", given), errors::toString);

            assertTrue(out.toString().contains(adapter.digest() + " is version 1 of agent 'actor'"), out.toString());
            Action action = awaitActionOf(stack, "actor", 1);
            assertEquals(adapter.digest(), action.getAdapterDigest());

            Path taken = directory.resolve("taken");
            assertEquals(0, adapters("export", "actor", taken, "--version", "1"), errors::toString);
            PeftDirectory read = PeftDirectory.read(taken);
            assertEquals(installation.model().toAbsolutePath().normalize().toString(), read.baseModel());
            assertArrayEquals(
                    Files.readAllBytes(given.resolve("adapter_model.safetensors")),
                    Files.readAllBytes(taken.resolve("adapter_model.safetensors")));
            assertFails(
                    adapters("export", "actor", directory.resolve("none"), "--version", "9"),
                    "the log holds no adapter version 9 of agent 'actor' of team 'arithmetic'; it holds 1 to 1");

            assertEquals(0, adapters("import", "reasoner", taken), errors::toString);
            assertTrue(out.toString().contains("is version 2 of agent 'reasoner'"), out.toString());
            assertTrue(stack.failure().isEmpty());
        }

        // The stack is gone: the commands start a cluster of their own on its log.
        assertEquals(0, run("replay", "--data-dir", data().toString()), errors::toString);
        assertTrue(out.toString().contains("2 of 2 updates are rebuilt bit for bit"), out.toString());
        assertEquals(0, adapters("import", "reasoner", given), errors::toString);
        assertTrue(out.toString().contains("is version 3 of agent 'reasoner'"), out.toString());
        Path last = directory.resolve("last");
        assertEquals(0, adapters("export", "reasoner", last, "--base-model", "some/name"), errors::toString);
        assertEquals("some/name", PeftDirectory.read(last).baseModel());
    }

    /** Asks until an agent acts with a version; agents take it a moment after it was committed. */
    private static Action awaitActionOf(LocalStack stack, String agent, long version) {
        long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (true) {
            assertInstanceOf(
                    Asker.Answered.class,
                    new Asker(stack.client(), stack.team())
                            .ask("What is 1 plus 1?", Duration.ofMinutes(1), action -> {}));
            for (Action action : new Log(stack.client()).values(Topic.ACTIONS, Action.class)) {
                if (action.getAgent().equals(agent) && action.getAdapterVersion() == version) {
                    return action;
                }
            }
            assertTrue(System.nanoTime() < deadline, "no action with version " + version);
        }
    }
}
