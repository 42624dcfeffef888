package io.marft.bench.update;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.marft.trainer.configure.TrainingFile;

/** What an update takes, as JSON. */
final class UpdateReportJson {

    private static final ObjectMapper JSON = new ObjectMapper();

    private UpdateReportJson() {}

    static ObjectNode of(UpdateReport report) {
        UpdatePlan plan = report.plan();
        ObjectNode json = JSON.createObjectNode();
        json.set("machine", JSON.valueToTree(report.machine()));
        json.put("model", plan.model().toString());
        json.put("device", report.device());
        json.put("team", plan.team().getName());
        json.put("training", TrainingFile.yaml(plan.training()));
        json.put("threads", plan.threads());
        json.put("repetitions", report.turns().size());
        json.set("batch", JSON.valueToTree(report.batch()));
        ObjectNode update = json.putObject("update");
        update.set("seconds", report.updateSeconds().json());
        update.set("cpuShare", report.updateCpuShares().json());
        update.set("tokensPerSecond", report.tokensPerSecond().json());
        for (UpdateReport.PhaseFigures phase : report.phases()) {
            ObjectNode one = json.withArray("phases").addObject();
            one.put("phase", phase.name());
            one.set("seconds", phase.seconds().json());
            one.put("share", phase.share());
            one.put("sequences", phase.sequences());
        }
        ObjectNode bare = json.putObject("passesAlone");
        bare.set("seconds", report.bareSeconds().json());
        bare.set("cpuShare", report.bareCpuShares().json());
        bare.put("sequences", report.bareSequences());
        json.putObject("ratios")
                .put("limitSeconds", UpdateReport.LIMIT_SECONDS)
                .put("limit", report.timesLimit())
                .put("passesAlone", report.timesBare());
        return json;
    }
}
