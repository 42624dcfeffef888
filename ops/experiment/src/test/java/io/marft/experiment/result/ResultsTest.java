package io.marft.experiment.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.marft.experiment.Sample;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class ResultsTest {

    private static final Results RESULTS =
            Sample.results(new double[] {0.20, 0.30}, new double[][] {{0.2, 0.6, 0.5, 0.55}, {0.3, 0.4, 0.6, 0.65}});

    @Test
    void shouldSummariseACell() {
        // 0.2 and 0.3: mean 0.25, deviation sqrt(2 · 0.05² / 1).
        Summary summary = RESULTS.summary("two", "untuned").orElseThrow();

        assertEquals(2, summary.runs());
        assertEquals(0.25, summary.mean(), 1e-12);
        assertEquals(0.0707107, summary.deviation(), 1e-6);
    }

    @Test
    void shouldCallAFallHowFarTheLastThirdWasBelowTheBestBefore() {
        // Points at 0, 333, 666 and 1000 of 1000 tokens: the last third is the last point alone.
        assertEquals(0.05, RESULTS.of("two", "trained").get(0).fall(), 1e-12);
        assertEquals(0, RESULTS.of("two", "trained").get(1).fall(), 1e-12);
    }

    @Test
    void shouldWriteTheTable() {
        String table = ResultsTable.markdown(RESULTS);

        assertTrue(table.contains("| team | untuned | trained |\n|---|---|---|\n"), table);
        assertTrue(table.contains("| two | 25.0 ± 7.1 (2) | 60.0 ± 7.1 (2) |\n"), table);
        assertTrue(table.contains("| two | trained | 1 | 55.0 | 60.0 | 5.0 | 12 | 1000 | 1 |\n"), table);
        assertTrue(table.contains("| two | untuned | 1 | 20.0 | · | · | · | · | · |\n"), table);
    }

    @Test
    void shouldShowInTheTableWhatIsNotDoneYet() {
        String table = ResultsTable.markdown(Sample.results(new double[] {0.2}, new double[0][]));

        assertTrue(table.contains("Unfinished: 1 of 4 runs are done."), table);
        assertTrue(table.contains("| two | 20.0 (1) | · |\n"), table);
    }

    @Test
    void shouldDrawAMeanWithinItsBandForEachAlgorithmOfATeam() throws Exception {
        Document svg = parse(CurvesSvg.of(RESULTS));

        Element chart = groups(svg, "chart").get(0);
        assertEquals("two", chart.getAttribute("data-name"));
        List<double[]> line =
                points(((Element) chart.getElementsByTagName("polyline").item(0)).getAttribute("points"));
        List<double[]> band =
                points(((Element) chart.getElementsByTagName("polygon").item(0)).getAttribute("points"));
        assertEquals(4, line.size());
        assertEquals(8, band.size());
        for (int i = 0; i < line.size(); i++) {
            double[] most = band.get(i);
            double[] least = band.get(band.size() - 1 - i);
            assertEquals(line.get(i)[0], most[0], 0.11);
            // Down is more in a picture, and of two runs the mean is in the middle.
            assertEquals(line.get(i)[1], (most[1] + least[1]) / 2, 0.11);
            assertTrue(most[1] < least[1]);
        }
        // Means are 25, 50, 55 and 60 %.
        double perPoint = (line.get(0)[1] - line.get(3)[1]) / (60 - 25);
        assertEquals(perPoint * (50 - 25), line.get(0)[1] - line.get(1)[1], 0.2);
    }

    @Test
    void shouldDrawATeamThatIsOnlyMeasuredAsALevelLine() throws Exception {
        Document svg = parse(CurvesSvg.of(RESULTS));

        Element untuned = groups(svg, "curve").stream()
                .filter(group -> group.getAttribute("data-name").equals("untuned"))
                .findFirst()
                .orElseThrow();
        Element line = (Element) untuned.getElementsByTagName("line").item(0);
        assertEquals(line.getAttribute("y1"), line.getAttribute("y2"));
    }

    @Test
    void shouldDrawAPictureBeforeAnyRunIsDone() throws Exception {
        Document svg = parse(CurvesSvg.of(Sample.results(new double[0], new double[0][])));

        assertEquals(1, groups(svg, "chart").size());
        assertEquals(0, svg.getElementsByTagName("polyline").getLength());
    }

    private static Document parse(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<Element> groups(Document svg, String kind) {
        List<Element> groups = new ArrayList<>();
        NodeList all = svg.getElementsByTagName("g");
        for (int i = 0; i < all.getLength(); i++) {
            Element group = (Element) all.item(i);
            if (group.getAttribute("class").equals(kind)) {
                groups.add(group);
            }
        }
        return groups;
    }

    private static List<double[]> points(String text) {
        List<double[]> points = new ArrayList<>();
        for (String point : text.split(" ", -1)) {
            String[] xy = point.split(",", -1);
            points.add(new double[] {Double.parseDouble(xy[0]), Double.parseDouble(xy[1])});
        }
        return points;
    }
}
