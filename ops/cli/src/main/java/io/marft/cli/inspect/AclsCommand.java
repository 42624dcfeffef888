package io.marft.cli.inspect;

import io.marft.cli.options.ClusterAddress;
import io.marft.cli.options.TeamOptions;
import io.marft.schemas.catalogue.AccessRules;
import io.marft.schemas.catalogue.Role;
import io.marft.schemas.catalogue.TopicNames;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Prints the least rights of each service. It asks no cluster. */
@Command(
        name = "acls",
        description = "Prints the least ACLs of each service's principal on a cluster that denies the rest, "
                + "as a table or as commands for Kafka's own tool.",
        mixinStandardHelpOptions = true)
final class AclsCommand implements Callable<Integer> {

    private static final String SERVICE = "{service}";
    private static final String PATTERN = "User:marft-" + SERVICE;

    /** How the rights are printed. */
    enum Format {
        TABLE,
        KAFKA_ACLS;

        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    @Option(
            names = "--principal",
            paramLabel = "[SERVICE=]PRINCIPAL",
            description = "Who plays a service, such as router=User:marft-router; or, without a service, a pattern for "
                    + "those that are not named. May be repeated. Default: " + PATTERN + ".")
    private List<String> principals = List.of();

    @Option(
            names = "--service",
            paramLabel = "SERVICE",
            split = ",",
            description = "Only the rights of these, of ${COMPLETION-CANDIDATES}, in any case. Default: all.")
    private List<Role> services = List.of(Role.values());

    @Option(names = "--format", defaultValue = "table", description = "${COMPLETION-CANDIDATES}. Default: table.")
    private Format format;

    @Option(
            names = "--command-config",
            paramLabel = "FILE",
            defaultValue = "admin.properties",
            description = "The administrator's properties file in the commands of kafka-acls. "
                    + "Default: admin.properties.")
    private String commandConfig;

    @Mixin
    private ClusterAddress address;

    @Mixin
    private TeamOptions team;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Map<Role, String> named = named();
        AccessRules rules = new AccessRules(new TopicNames(address.prefix()), team.team());
        for (Role role : services) {
            List<AclBinding> rights = rules.of(role, named.get(role));
            if (format == Format.TABLE) {
                rights.forEach(right -> printRow(role, right));
            } else {
                commands(rights).forEach(spec.commandLine().getOut()::println);
            }
        }
        return 0;
    }

    private Map<Role, String> named() {
        String pattern = PATTERN;
        Map<Role, String> named = new EnumMap<>(Role.class);
        for (String given : principals) {
            Optional<Role> role = Arrays.stream(Role.values())
                    .filter(one -> given.startsWith(one.label() + "="))
                    .findFirst();
            if (role.isPresent()) {
                named.put(role.get(), checked(given.substring(given.indexOf('=') + 1)));
            } else if (given.contains(SERVICE)) {
                pattern = checked(given);
            } else {
                throw new ParameterException(
                        spec.commandLine(),
                        "principal '" + given + "' must begin with a service, as in router=User:x, or hold " + SERVICE
                                + "; services: "
                                + Arrays.stream(Role.values()).map(Role::label).toList());
            }
        }
        for (Role role : Role.values()) {
            named.putIfAbsent(role, pattern.replace(SERVICE, role.label()));
        }
        return named;
    }

    private String checked(String principal) {
        if (!principal.matches("[A-Za-z]+:[^'\\s][^'\\v]*")) {
            throw new ParameterException(
                    spec.commandLine(),
                    "principal '" + principal + "' must be a type and a name, as in User:marft-router");
        }
        return principal;
    }

    private void printRow(Role role, AclBinding right) {
        ResourcePattern on = right.pattern();
        spec.commandLine()
                .getOut()
                .printf(
                        "%-12s %-26s %-9s %-17s %s%n",
                        role.label(),
                        right.entry().principal(),
                        words(right.entry().operation()),
                        words(on.resourceType()),
                        on.name() + (on.patternType() == PatternType.PREFIXED ? "*" : ""));
    }

    private static String words(Enum<?> value) {
        return value.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    }

    /** One command for all resources of one kind on which the same is allowed. */
    private List<String> commands(List<AclBinding> rights) {
        Map<ResourcePattern, TreeSet<AclOperation>> operations = new LinkedHashMap<>();
        rights.forEach(right -> operations
                .computeIfAbsent(right.pattern(), absent -> new TreeSet<>())
                .add(right.entry().operation()));
        Map<String, List<String>> grouped = new LinkedHashMap<>();
        operations.forEach((on, allowed) -> grouped.computeIfAbsent(
                        allowed.stream().map(one -> "--operation " + camel(one)).collect(Collectors.joining(" "))
                                + " --resource-pattern-type " + words(on.patternType()),
                        absent -> new ArrayList<>())
                .add("--" + words(on.resourceType()).replace(' ', '-') + " " + on.name()));
        String who = rights.isEmpty() ? "" : rights.get(0).entry().principal();
        return grouped.entrySet().stream()
                .map(entry -> "kafka-acls.sh --bootstrap-server "
                        + (address.named() ? address.bootstrapServers() : "localhost:9092") + " --command-config "
                        + commandConfig + " --add --allow-principal '" + who + "' " + entry.getKey() + " "
                        + String.join(" ", entry.getValue()))
                .toList();
    }

    private static String camel(AclOperation operation) {
        return Arrays.stream(operation.name().split("_", -1))
                .map(word -> word.charAt(0) + word.substring(1).toLowerCase(java.util.Locale.ROOT))
                .collect(Collectors.joining());
    }
}
