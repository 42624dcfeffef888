package io.marft.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may know whom: services meet on topics only. */
class LayeringTest {

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

    @Test
    void shouldKeepSchemasFreeOfTheRest() {
        assertKnowsNoOtherThan("schemas", "schemas");
    }

    @Test
    void shouldKeepThePolicyFreeOfTheRestAndOfKafka() {
        assertKnowsNoOtherThan("kernels", "kernels");
        assertKnowsNoOtherThan("policy", "kernels", "policy");
        noClasses()
                .that()
                .resideInAPackage(packages("policy"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.kafka..")
                .check(CLASSES);
    }

    @Test
    void shouldKeepBenchmarksToWhatTheyMeasure() {
        assertKnowsNoOtherThan(
                "bench",
                "schemas",
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
                "experiment", "schemas", "policy", "environments", "actor", "reward", "trainer", "experiment");
        noClasses()
                .that()
                .resideInAPackage(packages("experiment"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.kafka..")
                .check(CLASSES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"environments", "reward"})
    void shouldKeepServicesThatNeedNoModelFreeOfIt(String service) {
        assertKnowsNoOtherThan(service, "schemas", service);
    }

    @ParameterizedTest
    @ValueSource(strings = {"actor", "trainer"})
    void shouldKeepServicesFromKnowingEachOther(String service) {
        assertKnowsNoOtherThan(service, "schemas", "policy", service);
    }

    @Test
    void shouldCoverEveryServiceByARule() {
        assertKnowsNoOtherThan("local", "schemas", "policy", "environments", "actor", "reward", "trainer", "local");
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        SERVICES.stream().map(LayeringTest::packages).toArray(String[]::new))
                .and()
                .resideOutsideOfPackages(
                        "io.marft.schemas..",
                        "io.marft.kernels..",
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
