package io.marft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.marft.cli.settings.Variables;
import io.marft.local.ServiceKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import kafka.server.KafkaConfig;
import org.junit.jupiter.api.Test;

/** docker-compose.yml speaks of commands, options and variables that exist, and of the versions that are built with. */
class ComposeTest {

    private static final Path ROOT = Path.of("../..");
    private static final Pattern VARIABLE = Pattern.compile("MARFT_[A-Z_]+");

    private final JsonNode services = read("docker-compose.yml").get("services");

    private static JsonNode read(String file) {
        try {
            return new YAMLMapper().readTree(ROOT.resolve(file).toFile());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String text(String file) throws IOException {
        return Files.readString(ROOT.resolve(file));
    }

    private List<JsonNode> ours() {
        List<JsonNode> ours = new ArrayList<>();
        services.forEach(service -> {
            if (service.has("command")) {
                ours.add(service);
            }
        });
        return ours;
    }

    @Test
    void shouldRunCommandsThatExist() {
        assertFalse(ours().isEmpty());
        for (JsonNode service : ours()) {
            List<String> words = new ArrayList<>();
            service.get("command").forEach(word -> words.add(word.asText()));
            Main.commandLine().parseArgs(words.toArray(String[]::new));
        }
    }

    @Test
    void shouldRunEveryService() {
        Set<String> served = new TreeSet<>();
        for (JsonNode service : ours()) {
            if (service.get("command").get(0).asText().equals("serve")) {
                served.add(service.get("command").get(1).asText());
            }
        }
        Set<String> all = java.util.Arrays.stream(ServiceKind.values())
                .map(ServiceKind::label)
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(all, served);
    }

    @Test
    void shouldSetVariablesThatExist() throws IOException {
        Set<String> used = find(text("docker-compose.yml"));
        assertTrue(Variables.known().containsAll(used), () -> used + " must all be among " + Variables.known());
    }

    @Test
    void shouldHaveEveryVariableInTheReference() throws IOException {
        assertEquals(Variables.known(), named("docs/reference/configuration.md"));
    }

    @Test
    void shouldSpeakOfNoVariableInTheDocsThatDoesNotExist() throws IOException {
        for (String page :
                List.of("README.md", "docs/configuration.md", "docs/operations.md", "docs/models.md", "marft")) {
            Set<String> unknown = named(page);
            unknown.removeAll(Variables.known());
            assertEquals(Set.of(), unknown, page);
        }
    }

    /** The variables that a page names, but for those of clients' properties, which begin alike. */
    private static Set<String> named(String page) throws IOException {
        Set<String> named = find(text(page));
        named.removeIf(name -> name.matches("MARFT_(KAFKA|SCHEMA_REGISTRY)_.*"));
        return named;
    }

    private static Set<String> find(String text) {
        Matcher matcher = VARIABLE.matcher(text);
        return matcher.results().map(result -> result.group()).collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void shouldConfigureTheBrokerByPropertiesThatKafkaHas() {
        Set<String> names = new TreeSet<>(KafkaConfig.configDef().names());
        for (Map.Entry<String, JsonNode> entry :
                services.get("kafka").get("environment").properties()) {
            String name = entry.getKey()
                    .replaceFirst("^KAFKA_", "")
                    .toLowerCase(Locale.ROOT)
                    .replace('_', '.');
            assertTrue(names.contains(name), entry.getKey());
        }
    }

    @Test
    void shouldUseTheVersionsThatAreBuiltWith() throws IOException {
        String pom = text("pom.xml");
        assertEquals(
                "apache/kafka:" + property(pom, "kafka.version"),
                services.get("kafka").get("image").asText());
        assertEquals(
                "apicurio/apicurio-registry:" + property(pom, "apicurio.version"),
                services.get("registry").get("image").asText());
    }

    private static String property(String pom, String name) {
        Matcher matcher =
                Pattern.compile("<" + Pattern.quote(name) + ">([^<]+)<").matcher(pom);
        assertTrue(matcher.find(), name);
        return matcher.group(1);
    }

    @Test
    void shouldPackWhatTheLauncherNeeds() throws IOException {
        List<String> packed = text("Dockerfile")
                .lines()
                .filter(line -> line.startsWith("COPY --from=build "))
                .flatMap(line -> Pattern.compile("/source/(\\S+)").matcher(line).results())
                .map(result -> result.group(1))
                .toList();
        List<String> built = List.of("ops/cli/target/marft-sbom.json", "ops/cli/target/services");
        assertEquals(
                Set.of("marft", "LICENSE", "NOTICE", "models", "teams", "training", built.get(0), built.get(1)),
                Set.copyOf(packed));
        for (String path : packed) {
            assertTrue(built.contains(path) || Files.exists(ROOT.resolve(path)), path);
        }
    }
}
