package io.marft.bench.pipeline;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What the pipeline does, as JSON. */
final class PipelineReportJson {

    private static final ObjectMapper JSON = new ObjectMapper();

    private PipelineReportJson() {}

    static ObjectNode of(PipelineReport report) {
        PipelinePlan plan = report.plan();
        ObjectNode json = JSON.createObjectNode();
        json.set("machine", JSON.valueToTree(report.machine()));
        json.put("team", plan.team().getName());
        json.put("agents", plan.team().getAgents().size());
        json.put("partitions", plan.partitions());
        ObjectNode latency = json.putObject("latency").put("episodesPerSecond", plan.rate());
        latency.put("episodes", report.answered().sorted().size());
        latency.put("answer", report.answer());
        for (PipelineReport.Stage stage : report.stages()) {
            ObjectNode one = latency.withArray("stages").addObject().put("stage", stage.name());
            one.set("millis", quantiles(stage.total()));
            one.set("stepMillis", quantiles(stage.step()));
        }
        json.set("throughput", throughput(report));
        json.putObject("raw")
                .put("recordsPerSecond", report.raw().recordsPerSecond())
                .put("bytesPerSecond", report.raw().bytesPerSecond());
        json.putObject("ratios")
                .put(
                        "entriesByRaw",
                        report.throughput().entryRate(false) / report.raw().recordsPerSecond())
                .put(
                        "entriesWithChangelogsByRaw",
                        report.throughput().entryRate(true) / report.raw().recordsPerSecond())
                .put("episodesByAskedFor", report.throughput().rate() / PipelineReport.LEAST_EPISODES);
        return json;
    }

    private static ObjectNode throughput(PipelineReport report) {
        PipelineReport.Throughput throughput = report.throughput();
        ObjectNode json = JSON.createObjectNode();
        json.put("episodesPerSecond", throughput.rate());
        json.put("seconds", throughput.seconds());
        json.put("openEpisodes", report.plan().openEpisodes());
        throughput.perSecond().forEach(json.putArray("eachSecond")::add);
        ObjectNode appended = json.putObject("appendedPerEpisode");
        throughput.appended().forEach((topic, size) -> appended.set(topic, JSON.valueToTree(size)));
        ObjectNode times = json.putObject("cpuMicrosPerEpisode");
        throughput.times().seconds().forEach((part, seconds) -> times.put(part, 1e6 * seconds / throughput.episodes()));
        return json;
    }

    private static ObjectNode quantiles(Latencies latencies) {
        return JSON.createObjectNode()
                .put("p50", latencies.quantile(0.5))
                .put("p90", latencies.quantile(0.9))
                .put("p99", latencies.quantile(0.99))
                .put("most", latencies.most());
    }
}
