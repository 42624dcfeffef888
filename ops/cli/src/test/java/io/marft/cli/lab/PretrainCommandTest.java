package io.marft.cli.lab;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.marft.cli.Main;
import io.marft.environments.arithmetic.Demonstration;
import io.marft.environments.arithmetic.Demonstrations;
import io.marft.policy.LanguageModel;
import io.marft.policy.token.CharacterTokenizer;
import io.marft.policy.token.ChatMessage;
import io.marft.policy.token.Tokenizer;
import io.marft.policy.train.Sequence;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class PretrainCommandTest {

    @TempDir
    private Path directory;

    @Test
    void shouldMakeTheSameModelTwice() {
        assertEquals(digest("one"), digest("two"));
    }

    @Test
    void shouldTrainOnTheVeryTokensThatAgentsArePromptedWith() {
        digest("model");
        try (LanguageModel model = LanguageModel.load(directory.resolve("model"), 1);
                Tokenizer tokenizer = new Tokenizer(directory.resolve("model/tokenizer.json"))) {
            BundledModel bundled = new BundledModel(1, tokenizer::encode);
            for (int index = 0; index < 100; index++) {
                Demonstration shown = Demonstrations.demonstration(1, index);
                Sequence example = bundled.example(shown);
                int[] prompt = model.prompt(List.of(
                        new ChatMessage("system", shown.pupil().profile()),
                        new ChatMessage("user", shown.question() + shown.said())));
                int[] trained = IntStream.concat(Arrays.stream(example.prompt()), Arrays.stream(example.action()))
                        .toArray();
                assertArrayEquals(prompt, Arrays.copyOf(trained, prompt.length));
                int[] output = Arrays.copyOfRange(trained, prompt.length, trained.length);
                assertEquals(shown.output(), model.text(output));
                assertEquals(CharacterTokenizer.END, output[output.length - 1]);
            }
        }
    }

    private String digest(String name) {
        StringWriter out = new StringWriter();
        CommandLine command = Main.commandLine().setOut(new PrintWriter(out));
        int status = command.execute(
                "pretrain", "--steps", "3", "--out", directory.resolve(name).toString());
        assertEquals(0, status);
        return out.toString().replaceAll("(?s).*(sha256:[0-9a-f]+).*", "$1");
    }
}
