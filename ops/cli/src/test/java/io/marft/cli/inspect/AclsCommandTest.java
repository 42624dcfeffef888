package io.marft.cli.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.cli.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AclsCommandTest {

    private static List<String> acls(String... arguments) {
        List<String> all = new ArrayList<>(List.of("topics", "acls"));
        all.addAll(List.of(arguments));
        StringWriter out = new StringWriter();
        assertEquals(0, Main.commandLine().setOut(new PrintWriter(out, true)).execute(all.toArray(String[]::new)));
        return out.toString().lines().toList();
    }

    /** Of the rows that let someone read the references, by name or by a prefix of it, there is one. */
    @Test
    void shouldLetOnlyRewardReadReferences() {
        List<String> rows = acls().stream()
                .filter(row -> row.contains(" read "))
                .filter(row -> {
                    String name = row.substring(row.lastIndexOf(' ') + 1);
                    return name.endsWith("*")
                            ? "marft.references".startsWith(name.substring(0, name.length() - 1))
                            : name.equals("marft.references");
                })
                .toList();
        assertEquals(1, rows.size(), rows.toString());
        assertTrue(rows.get(0).startsWith("reward "), rows.toString());
    }

    @Test
    void shouldPrintCommandsWithPrincipalsOfTheUsers() {
        String begin = "kafka-acls.sh --bootstrap-server localhost:9092 --command-config admin.properties --add"
                + " --allow-principal 'User:learner' ";
        assertEquals(
                List.of(
                        begin + "--operation Read --operation DescribeConfigs --resource-pattern-type literal"
                                + " --topic green.trajectories --topic green.teams",
                        begin + "--operation Read --operation Write --operation DescribeConfigs"
                                + " --resource-pattern-type literal --topic green.updates --topic green.checkpoints",
                        begin + "--operation Write --operation DescribeConfigs --resource-pattern-type literal"
                                + " --topic green.adapters --topic green.adapter-chunks --topic green.dead-letters",
                        begin + "--operation Read --resource-pattern-type literal"
                                + " --group green.trainer.arithmetic --group green.trainer.arithmetic.lease",
                        begin + "--operation Write --resource-pattern-type literal"
                                + " --transactional-id green.trainer.arithmetic"),
                acls(
                        "--format",
                        "kafka-acls",
                        "--service",
                        "trainer",
                        "--prefix",
                        "green", //
                        "--principal",
                        "trainer=User:learner",
                        "--principal",
                        "User:{service}.example.org"));
    }

    @Test
    void shouldFillPatternsAndDivideAgents() {
        List<String> lines = acls("--service", "agent", "--principal", "User:{service}.example.org");
        assertTrue(lines.stream().allMatch(line -> line.contains("User:agent.example.org")), lines.toString());
        assertTrue(
                lines.stream().anyMatch(line -> line.matches(".* read +group +marft.agent.arithmetic.actor")),
                lines.toString());
        assertTrue(
                lines.stream()
                        .anyMatch(line -> line.matches(".* write +transactional id +marft.agent.arithmetic.actor.\\*")),
                lines.toString());
    }
}
