package io.marft.schemas.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.marft.schemas.yaml.YamlFile.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class YamlFileTest {

    enum Colour {
        @JsonProperty("red")
        RED,
        @JsonProperty("dark-blue")
        DARK_BLUE
    }

    record Inner(int count, double share) {
        Inner {
            if (count < 1) {
                throw new IllegalArgumentException("count must be at least 1, got: " + count);
            }
        }
    }

    record Outer(
            String text,
            Integer number,
            Long large,
            Double share,
            Boolean flag,
            Colour colour,
            List<Integer> list,
            Map<String, String> byName,
            Inner inner) {}

    private static Outer read(String yaml) {
        return YamlFile.parse(yaml, "x.yaml").as(Outer.class);
    }

    private static String refusal(String yaml) {
        return assertThrows(YamlException.class, () -> read(yaml)).getMessage();
    }

    @Test
    void shouldMakeARecordOfWhatItReads() {
        assertEquals(
                new Outer(
                        "a: b",
                        7,
                        5_000_000_000L,
                        1e-4,
                        true,
                        Colour.DARK_BLUE,
                        List.of(1, 2),
                        Map.of("x", "y"),
                        new Inner(3, 2)),
                read(
                        """
                        # a comment
                        text: 'a: b'
                        number: 7
                        large: 5000000000
                        share: 1e-4
                        flag: true
                        colour: dark-blue
                        list: [1, 2]
                        byName: {x: y}
                        inner:
                          count: 3
                          share: 2
                        """));
    }

    /** Where text is wanted, a number stands as its author wrote it. */
    @Test
    void shouldTakeAnySingleValueForText() {
        assertEquals("90", read("text: 90").text());
        assertEquals("1.10", read("text: 1.10").text());
        assertEquals("1e3", read("text: 1e3").text());
        assertEquals("true", read("text: true").text());
        assertEquals("", read("text: ''").text());
    }

    @Test
    void shouldReadNumbersInTheFormsThatPeopleWrite() {
        assertEquals(20_000, read("number: 20_000").number());
        assertEquals(5, read("number: +5").number());
        assertEquals(-0.5, read("share: -.5").share());
        assertEquals(3e8, read("share: 3E8").share());
        assertEquals(7, read("number: '7'").number());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    number: 2.5 | number must be a whole number of 32 bits, got: 2.5 (line 1)
                    number: 5000000000 | number must be a whole number of 32 bits, got: 5000000000 (line 1)
                    large: 1e3 | large must be a whole number of 64 bits, got: 1e3 (line 1)
                    number: many | number must be a whole number of 32 bits, got: many (line 1)
                    number: true | number must be a whole number of 32 bits, got: true (line 1)
                    number: '' | number must be a whole number of 32 bits, got:  (line 1)
                    share: wide | share must be a number, got: wide (line 1)
                    flag: yes please | flag must be true or false, got: yes please (line 1)
                    flag: 1 | flag must be true or false, got: 1 (line 1)
                    colour: green | colour must be one of [red, dark-blue], got: green (line 1)
                    colour: 1 | colour must be one of [red, dark-blue], got: 1 (line 1)
                    list: 1 | list must be a list, got: 1 (line 1)
                    list: [1, x] | list[1] must be a whole number of 32 bits, got: x (line 1)
                    byName: x | byName must be keys and values, got: x (line 1)
                    byName: [x] | byName must be keys and values, got: ["x"] (line 1)
                    inner: x | inner must be keys and values, got: x (line 1)
                    text: {a: b} | text must be text, got: {"a":"b"} (line 1)
                    inner: {count: 0} | inner.count must be at least 1, got: 0 (line 1)
                    inner: {count: } | inner.count must be a whole number of 32 bits, got: nothing (line 1)
                    just text | the file must be keys and values, got: just text
                    """)
    void shouldSayKeyRuleValueAndLineOfAValueThatIsOfAnotherKind(String yaml, String why) {
        assertEquals(
                "x.yaml: " + why, refusal(yaml.contains("inner: {count: 0}") ? "inner: {count: 0, share: 1}" : yaml));
    }

    @Test
    void shouldNameTheKnownKeysAndTheNearestOfAnUnknownOne() {
        assertEquals(
                "x.yaml: unknown key 'inner.cuont': known keys there are [count, share]; nearest is 'count' (line 3)",
                refusal("text: x\ninner:\n  cuont: 1\n"));
        assertEquals(
                "x.yaml: unknown key 'inner.z': known keys there are [count, share] (line 1)",
                refusal("inner: {z: 1}"));
    }

    @Test
    void shouldRefuseWhatAReaderOfTheFileWouldOverlook() {
        assertEquals(
                "x.yaml: key 'inner.count' is given twice, first in line 2 (line 4)",
                refusal("inner:\n  count: 1\n  share: 1\n  count: 2\n"));
        assertEquals("x.yaml: a second document begins: a file holds one (line 3)", refusal("text: x\n---\ntext: y\n"));
        assertEquals(
                "x.yaml: anchors and aliases are not read: write the value out (line 1)",
                refusal("inner: &a {count: 1}\n"));
        assertEquals("x.yaml: anchors and aliases are not read: write the value out (line 1)", refusal("text: *a\n"));
        assertEquals("x.yaml: the tag 'red' is not read: leave it out (line 1)", refusal("text: !red x\n"));
    }

    @Test
    void shouldSayInOneLineWhatIsNoYaml() {
        assertEquals(
                "x.yaml: not YAML: while scanning a quoted scalar, found unexpected end of stream (line 1)",
                refusal("text: \"x\n"));
        assertTrue(refusal("a: b: c").startsWith("x.yaml: not YAML: mapping values are not allowed here"));
    }

    @Test
    void shouldGiveTheLineAroundAKeyThatIsMissing() {
        YamlFile file = YamlFile.parse("agents:\n- name: a\n- after: [a]\n", "x.yaml");

        assertEquals(
                "x.yaml: agents[1].name must be given, got: nothing (line 3)",
                assertThrows(YamlException.class, () -> file.require(false, "agents[1].name", "given", null))
                        .getMessage());
        assertEquals(
                "x.yaml: name must be given, got: nothing",
                assertThrows(YamlException.class, () -> file.require(false, "name", "given", null))
                        .getMessage());
    }

    @Test
    void shouldReadASectionByItselfWithThePathsOfTheWhole() {
        YamlFile file = YamlFile.parse("runs:\n  one:\n    inner: {count: 0, share: 1}\n", "x.yaml");

        YamlFile one = file.section("runs.one");

        assertEquals(
                "x.yaml: runs.one.inner.count must be at least 1, got: 0 (line 3)",
                assertThrows(YamlException.class, () -> one.as(Outer.class)).getMessage());
        assertTrue(one.isSection());
        assertTrue(file.section("runs.two").isEmpty());
        assertEquals(
                List.of(new Entry("runs.one.inner.count", "0", 3), new Entry("runs.one.inner.share", "1", 3)),
                one.entries());
    }

    @Test
    void shouldLayKeysOverOthersSectionBySection() {
        YamlFile lower = YamlFile.parse("inner: {count: 5, share: 5}\ntext: lower", "lower.yaml");
        YamlFile upper = YamlFile.parse("inner: {count: 6}", "upper.yaml");

        Outer merged = upper.over(lower).as(Outer.class);

        assertEquals(new Inner(6, 5), merged.inner());
        assertEquals("lower", merged.text());
        assertEquals(new Inner(7, 0.5), YamlFile.parse("count: 7", "x.yaml").over(new Inner(1, 0.5)));
        assertEquals(new Inner(1, 0.5), YamlFile.parse("# nothing\n", "x.yaml").over(new Inner(1, 0.5)));
    }

    @Test
    void shouldListEverySingleValueWithItsLine() {
        YamlFile file = YamlFile.parse("a: 1\n\nb:\n  c: [x, 1e-4]\n  d:\n", "x.yaml");

        assertEquals(
                List.of(
                        new Entry("a", "1", 1),
                        new Entry("b.c[0]", "x", 4),
                        new Entry("b.c[1]", "1e-4", 4),
                        new Entry("b.d", "", 5)),
                file.entries());
    }

    @Test
    void shouldSayWhyAFileCannotBeRead(@TempDir Path folder) throws IOException {
        Path none = folder.resolve("none.yaml");
        Path binary = Files.write(folder.resolve("binary.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe, 1});

        assertEquals(
                "team file " + none + " does not exist",
                assertThrows(YamlException.class, () -> YamlFile.read("team", none))
                        .getMessage());
        assertEquals(
                "team file " + binary + " cannot be read: it is not UTF-8",
                assertThrows(YamlException.class, () -> YamlFile.read("team", binary))
                        .getMessage());
    }

    /** A file of depth costs its reader no more than a refusal. */
    @Test
    void shouldRefuseWhatIsNestedTooDeep() {
        String deep = "[".repeat(100_000);

        String refusal = refusal("list: " + deep);

        assertTrue(refusal.startsWith("x.yaml: not YAML: "), refusal);
        assertFalse(refusal.contains("\n"), refusal);
        assertTrue(refusal.length() < 400, refusal);
    }
}
