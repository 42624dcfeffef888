package io.marft.experiment.result;

import java.util.Locale;

/**
 * Writes an SVG picture element by element; escapes text, and rounds coordinates to tenths of a pixel. By hand, because the
 * charting libraries that write SVG are, or bring along, copyleft ones, for six kinds of element.
 */
final class Svg {

    private final StringBuilder body = new StringBuilder();
    private final int width;
    private final int height;

    /** A picture on white; sizes in pixels. */
    Svg(int width, int height) {
        this.width = width;
        this.height = height;
        body.append(format("<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n", width, height));
    }

    /** @param style attributes, such as {@code stroke="#ccc"} */
    void line(double x1, double y1, double x2, double y2, String style) {
        body.append(format("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" %s/>\n", x1, y1, x2, y2, style));
    }

    void polyline(double[] x, double[] y, String style) {
        body.append("<polyline points=\"")
                .append(points(x, y))
                .append("\" ")
                .append(style)
                .append("/>\n");
    }

    void polygon(double[] x, double[] y, String style) {
        body.append("<polygon points=\"")
                .append(points(x, y))
                .append("\" ")
                .append(style)
                .append("/>\n");
    }

    void circle(double x, double y, double radius, String style) {
        body.append(format("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" %s/>\n", x, y, radius, style));
    }

    void text(double x, double y, String style, String text) {
        body.append(format("<text x=\"%.1f\" y=\"%.1f\" %s>%s</text>\n", x, y, style, escape(text)));
    }

    /** Opens a group that a reader of the file finds by its class and name. */
    void open(String kind, String name) {
        body.append(format("<g class=\"%s\" data-name=\"%s\">\n", kind, escape(name)));
    }

    /** Closes the group that was opened last. */
    void close() {
        body.append("</g>\n");
    }

    /** @param title what the picture shows, for those who cannot see it */
    String document(String title) {
        return format(
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
                                + "font-family=\"Helvetica, Arial, sans-serif\" role=\"img\">\n",
                        width, height, width, height)
                + "<title>" + escape(title) + "</title>\n" + body + "</svg>\n";
    }

    private static String points(double[] x, double[] y) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < x.length; i++) {
            points.append(format("%s%.1f,%.1f", i == 0 ? "" : " ", x[i], y[i]));
        }
        return points.toString();
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
