package io.marft.bench.policy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A report as JSON; memory in bytes. */
final class ReportJson {

    private static final ObjectMapper JSON = new ObjectMapper();

    private ReportJson() {}

    static ObjectNode of(Report report) {
        Loaded loaded = report.phases().get(0).loaded();
        ObjectNode json = JSON.createObjectNode();
        json.set("machine", JSON.valueToTree(report.machine()));
        json.put("model", report.plan().model());
        json.put("dtype", loaded.dtype());
        json.put("weightBytes", loaded.weightBytes());
        json.put("device", loaded.device());
        json.put("threads", report.plan().threads());
        json.put("repeat", report.repeat());
        json.set("workload", JSON.valueToTree(report.plan().workload()));
        report.phases().forEach(phase -> json.withArray("phases").add(phase(phase)));
        return json;
    }

    private static ObjectNode phase(Measured phase) {
        ObjectNode json = JSON.createObjectNode();
        json.put("phase", phase.phase().label());
        json.set("tokensPerSecond", phase.speeds().json());
        if (phase.laterSpeeds().median() > 0) {
            json.set("tokensPerSecondAfterFirst", phase.laterSpeeds().json());
        }
        json.set("cpuShare", phase.cpuShares().json());
        json.set("memory", JSON.valueToTree(phase.memory()));
        ObjectNode load = json.putObject("load");
        load.put("anonymousBefore", phase.loaded().anonymousBefore());
        load.put("anonymousAfter", phase.loaded().anonymousAfter());
        load.put("anonymousPeak", phase.loaded().anonymousPeak());
        load.put("timesWeights", phase.loaded().timesWeights());
        phase.rival().ifPresent(rival -> json.set("rival", rival(phase, rival)));
        return json;
    }

    private static ObjectNode rival(Measured phase, Rival rival) {
        ObjectNode json = JSON.createObjectNode();
        json.put("name", rival.name());
        json.set("tokensPerSecond", rival.speeds().json());
        rival.cpuShares().ifPresent(shares -> json.set("cpuShare", shares.json()));
        rival.memory().ifPresent(memory -> json.set("memory", JSON.valueToTree(memory)));
        if (!rival.said().isMissingNode()) {
            json.set("said", rival.said());
        }
        Ratios ratios = Ratios.of(phase, rival);
        json.putObject("ratios").put("speed", ratios.speed());
        ratios.memory().ifPresent(memory -> json.withObject("/ratios")
                .put("anonymousMemory", memory.anonymous())
                .put("residentMemory", memory.resident()));
        return json;
    }
}
