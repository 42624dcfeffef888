package io.marft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.local.Installation;
import io.marft.schemas.catalogue.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Pages lead where they say: each file and folder that a link names is there. */
class DocumentationTest {

    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)(#[^)]*)?\\)");
    private static final Path HOME = Installation.find().home();

    @Test
    void shouldLinkOnlyToWhatIsThere() throws IOException {
        List<String> broken = new ArrayList<>();
        int links = 0;
        for (Path page : pages()) {
            Matcher link = LINK.matcher(Files.readString(page));
            while (link.find()) {
                String target = link.group(1);
                if (target.contains("://")) {
                    continue;
                }
                links++;
                if (!Files.exists(page.resolveSibling(target))) {
                    broken.add(HOME.relativize(page) + ": " + target);
                }
            }
        }
        assertEquals(List.of(), broken, "links to nothing");
        assertTrue(links > 50, "only " + links + " links were found");
    }

    @Test
    void shouldListEveryPageInTheIndex() throws IOException {
        String index = Files.readString(HOME.resolve("docs/README.md"));
        List<String> missing = new ArrayList<>();
        for (Path page : pages()) {
            Path name = HOME.resolve("docs").relativize(page);
            if (page.startsWith(HOME.resolve("docs"))
                    && !name.startsWith("decisions")
                    && !name.toString().equals("README.md")
                    && !index.contains("(" + name.toString().replace('\\', '/') + ")")) {
                missing.add(name.toString());
            }
        }
        assertEquals(List.of(), missing, "pages that docs/README.md does not name");
    }

    @Test
    void shouldSayOfEveryMetricHowItIsCalled() throws IOException {
        String page = Files.readString(HOME.resolve("docs/marft.md"));
        List<String> missing = Arrays.stream(Metric.values())
                .map(metric -> metric == Metric.GRADIENT_NORM ? metric.of("<agent>") : metric.key())
                .filter(name -> !page.contains("`" + name + "`"))
                .toList();
        assertEquals(List.of(), missing, "metrics that docs/marft.md does not name");
    }

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>();
        try (Stream<Path> top = Files.list(HOME);
                Stream<Path> below = Files.walk(HOME.resolve("docs"))) {
            Stream.concat(top, below)
                    .filter(file -> file.toString().endsWith(".md"))
                    .forEach(pages::add);
        }
        return pages;
    }
}
