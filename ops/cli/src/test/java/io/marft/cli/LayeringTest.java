package io.marft.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may know whom: services meet on topics only, modules stand on four floors, and packages know each other one way. */
class LayeringTest {

    private static final int MOST_FILES = 20;
    private static final String GENERATED = "io.marft.schemas.record";
    private static final List<String> SERVICES = List.of("environments", "actor", "reward", "trainer");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("ops/testkit/") && !location.contains("marft-testkit"))
            .importPackages("io.marft");

    private static void assertKnowsNoOtherThan(String module, String... known) {
        String[] allowed = Arrays.stream(known).map(LayeringTest::packages).toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage(packages(module))
                .should()
                .dependOnClassesThat(resideInAnyPackage("io.marft..").and(resideOutsideOfPackages(allowed)))
                .check(CLASSES);
    }

    private static String packages(String module) {
        return "io.marft." + module + "..";
    }

    private static void assertFreeOf(String module, String... packages) {
        noClasses()
                .that()
                .resideInAPackage(packages(module))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages)
                .check(CLASSES);
    }

    @Test
    void shouldHaveNoCircleOfPackages() {
        slices().matching("io.marft.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void shouldHaveNoRoomThatIsTooFull() {
        Map<String, Long> files = CLASSES.stream()
                .filter(type -> type.isTopLevelClass()
                        && !type.getPackageName().startsWith(GENERATED)
                        && !type.getSimpleName().equals("package-info"))
                .collect(Collectors.groupingBy(JavaClass::getPackageName, Collectors.counting()));
        files.values().removeIf(count -> count <= MOST_FILES);
        assertEquals(Map.of(), files, "packages of more than " + MOST_FILES + " files: cut them by what they do");
    }

    @Test
    void shouldKeepTheGroundFloorFreeOfTheRest() {
        assertKnowsNoOtherThan("schemas", "schemas");
        assertFreeOf("schemas", "org.apache.kafka.streams..");
        assertKnowsNoOtherThan("kernels", "kernels");
        assertKnowsNoOtherThan("jinja", "jinja");
    }

    @Test
    void shouldKeepThePolicyAndTheWayWithKafkaFromKnowingEachOther() {
        assertKnowsNoOtherThan("policy", "kernels", "jinja", "policy");
        assertFreeOf("policy", "org.apache.kafka..");
        assertKnowsNoOtherThan("streaming", "schemas", "streaming");
    }

    @Test
    void shouldKeepBenchmarksToWhatTheyMeasure() {
        assertKnowsNoOtherThan(
                "bench",
                "schemas",
                "streaming",
                "policy",
                "environments",
                "actor",
                "reward",
                "trainer",
                "experiment",
                "local",
                "bench");
    }

    @Test
    void shouldKeepExperimentsFreeOfTheLocalStackAndOfKafka() {
        assertKnowsNoOtherThan(
                "experiment",
                "schemas",
                "streaming",
                "policy",
                "environments",
                "actor",
                "reward",
                "trainer",
                "experiment");
        assertFreeOf("experiment", "org.apache.kafka..");
    }

    @ParameterizedTest
    @ValueSource(strings = {"environments", "reward"})
    void shouldKeepServicesThatNeedNoModelFreeOfIt(String service) {
        assertKnowsNoOtherThan(service, "schemas", "streaming", service);
    }

    @ParameterizedTest
    @ValueSource(strings = {"actor", "trainer"})
    void shouldKeepServicesFromKnowingEachOther(String service) {
        assertKnowsNoOtherThan(service, "schemas", "streaming", "policy", service);
    }

    @Test
    void shouldCoverEveryModuleByARule() {
        assertKnowsNoOtherThan(
                "local", "schemas", "streaming", "policy", "environments", "actor", "reward", "trainer", "local");
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        SERVICES.stream().map(LayeringTest::packages).toArray(String[]::new))
                .and()
                .resideOutsideOfPackages(
                        "io.marft.schemas..",
                        "io.marft.streaming..",
                        "io.marft.kernels..",
                        "io.marft.jinja..",
                        "io.marft.policy..",
                        "io.marft.local..",
                        "io.marft.bench..",
                        "io.marft.experiment..",
                        "io.marft.cli..")
                .should()
                .resideInAPackage("io.marft..")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void shouldTouchKafkasInternalsInOneClassOnly() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("io.marft.local.LocalBroker")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("kafka..", "org.apache.kafka.server..", "org.apache.kafka.metadata..")
                .check(CLASSES);
    }
}
