package io.marft.cli.reference;

import java.util.List;

/** Tables in Markdown. */
final class Tables {

    private Tables() {}

    static String table(List<String> titles, List<List<String>> rows) {
        StringBuilder table = new StringBuilder();
        append(table, titles);
        append(table, titles.stream().map(title -> "---").toList());
        rows.forEach(row -> append(table, row));
        return table.append("\n").toString();
    }

    private static void append(StringBuilder table, List<String> cells) {
        table.append("|");
        cells.forEach(cell -> table.append(cell.isEmpty() ? " |" : " " + cell.replace("|", "\\|") + " |"));
        table.append("\n");
    }

    static String code(String text) {
        return text.isEmpty() ? "" : "`" + text + "`";
    }
}
