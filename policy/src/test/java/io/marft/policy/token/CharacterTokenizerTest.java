package io.marft.policy.token;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CharacterTokenizerTest {

    @TempDir
    private Path directory;

    private Tokenizer tokenizer;

    @BeforeEach
    void write() {
        CharacterTokenizer.write(directory);
        tokenizer = new Tokenizer(directory.resolve("tokenizer.json"));
    }

    @AfterEach
    void close() {
        tokenizer.close();
    }

    @Test
    void shouldGiveEveryCharacterATokenAndBack() {
        String text = IntStream.rangeClosed(' ', '~')
                        .mapToObj(symbol -> String.valueOf((char) symbol))
                        .collect(Collectors.joining())
                + "\n  two  spaces \n";
        int[] tokens = tokenizer.encode(text);
        assertEquals(text.length(), tokens.length);
        assertEquals(text, tokenizer.decode(tokens));
    }

    @Test
    void shouldKnowSpecialTokens() {
        assertArrayEquals(
                new int[] {2, 3, 4, CharacterTokenizer.END, CharacterTokenizer.PAD},
                tokenizer.encode("<|system|><|user|><|assistant|><|end|><|pad|>"));
        assertEquals("", tokenizer.decode(new int[] {2, 3, 4, 1, 0}));
    }

    @Test
    void shouldReadAnyOtherCharacterAsAQuestionMark() {
        assertEquals("caf? ??", tokenizer.decode(tokenizer.encode("café 中文")));
    }
}
