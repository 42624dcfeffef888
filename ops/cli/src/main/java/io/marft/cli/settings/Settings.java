package io.marft.cli.settings;

import io.marft.environments.task.Tasks;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The table of all settings. A command takes a setting by an option whose {@code descriptionKey} is the setting's key;
 * text, default, variable and place in a settings file come from here.
 */
public final class Settings {

    /** Names the settings file itself, so it cannot stand in one. */
    public static final String FILE_OPTION = "--config";

    /** The variable beside {@link #FILE_OPTION}. */
    public static final String FILE_VARIABLE = "MARFT_CONFIG";

    private static final Rule FILE = Rule.text("a file");
    private static final Rule DIRECTORY = Rule.text("a directory");
    private static final Rule DEVICE =
            Rule.matching("auto|cpu|cuda(:\\d{1,3})?", "auto, cpu, cuda or cuda:N, N counted from 0");

    private static final List<Setting> ALL = List.of(
            new Setting(
                    "cluster.bootstrap-servers",
                    "--bootstrap-servers",
                    "MARFT_BOOTSTRAP_SERVERS",
                    Rule.matching("\\S+:\\d+(\\s*,\\s*\\S+:\\d+)*", "HOST:PORT, or several separated by commas"),
                    Fallback.words("the local stack that runs on the data directory"),
                    "Kafka's address."),
            new Setting(
                    "cluster.registry-url",
                    "--registry-url",
                    "MARFT_REGISTRY_URL",
                    Rule.matching("(https?|mock)://.+", "a URL that begins with http:// or https://"),
                    Fallback.words("the local stack's"),
                    "Base URL of a schema registry that speaks Confluent's protocol; needed beside the bootstrap servers."),
            new Setting(
                    "cluster.prefix",
                    "--prefix",
                    "MARFT_PREFIX",
                    Rule.matching(
                            "[A-Za-z0-9][A-Za-z0-9._-]{0,99}",
                            "1 to 100 letters, digits, dots, hyphens or underscores, starting with a letter or digit"),
                    Fallback.value("marft"),
                    "First part of the names of topics, consumer groups and transactional ids."),
            new Setting(
                    "cluster.client-config",
                    "--client-config",
                    "MARFT_CLIENT_CONFIG",
                    FILE,
                    Fallback.words("none"),
                    "Properties file with the clients' settings of SASL and TLS, as Kafka's tools take it by "
                            + "--command-config, and of the registry's client (schema.registry.*). Single properties "
                            + "have variables, too: MARFT_KAFKA_* and MARFT_SCHEMA_REGISTRY_*."),
            new Setting(
                    "stack.data-dir",
                    "--data-dir",
                    "MARFT_DATA_DIR",
                    DIRECTORY,
                    Fallback.value(".marft"),
                    "Where the local stack keeps all its data between runs."),
            new Setting(
                    "stack.kafka-port",
                    "--kafka-port",
                    "",
                    Rule.whole(0, 65_535),
                    Fallback.value("0"),
                    "Port of the local stack's broker on 127.0.0.1; 0 takes a free one and keeps it between runs."),
            new Setting(
                    "stack.registry-port",
                    "--registry-port",
                    "",
                    Rule.whole(0, 65_535),
                    Fallback.value("0"),
                    "Port of the local stack's schema registry on 127.0.0.1; 0 takes a free one and keeps it between "
                            + "runs."),
            new Setting(
                    "team.file",
                    "--team",
                    "MARFT_TEAM_FILE",
                    FILE,
                    Fallback.words("the bundled team"),
                    "The team's file. It names the team and gives it its first version; "
                            + "from then on `marft team apply` changes it."),
            new Setting(
                    "model.directory",
                    "--model",
                    "MARFT_MODEL",
                    DIRECTORY,
                    Fallback.words("the bundled model"),
                    "The base model, as a Hugging Face directory."),
            new Setting(
                    "model.device",
                    "--device",
                    "MARFT_DEVICE",
                    DEVICE,
                    Fallback.value("auto"),
                    "Where the model runs: cpu, cuda, cuda:N, or auto for a GPU if libtorch sees one."),
            new Setting(
                    "model.threads",
                    "--model-threads",
                    "MARFT_MODEL_THREADS",
                    Rule.whole(0),
                    Fallback.value("0"),
                    "Processors that the model may use; 0 for all."),
            new Setting(
                    "model.cache-memory",
                    "--cache-memory",
                    "MARFT_CACHE_MEMORY",
                    Rule.whole(1),
                    Fallback.value("1024"),
                    "MiB for keys and values of requests under way; what does not fit waits."),
            new Setting(
                    "model.graph-memory",
                    "--graph-memory",
                    "MARFT_GRAPH_MEMORY",
                    Rule.whole(0),
                    Fallback.value("3072"),
                    "MiB of the largest graph that a training pass keeps; a larger one is computed again, layer by layer."),
            new Setting(
                    "training.file",
                    "--training",
                    "MARFT_TRAINING_FILE",
                    FILE,
                    Fallback.words("the bundled team's training"),
                    "How to train (YAML). What the file does not name has MARFT's defaults."),
            new Setting(
                    "training.learning-rate",
                    "--learning-rate",
                    "",
                    Rule.notNegative(),
                    Fallback.words("the training file's"),
                    "The agents' learning rate; 0 learns nothing, for comparison."),
            new Setting(
                    "training.threads",
                    "--trainer-threads",
                    "MARFT_TRAINER_THREADS",
                    Rule.whole(1),
                    Fallback.value("2"),
                    "How many micro-batches the trainer works on at once; changes no result."),
            new Setting(
                    "training.seed",
                    "--seed",
                    "MARFT_SEED",
                    Rule.seed(),
                    Fallback.value("1"),
                    "Seed of the stream of exercises and of training."),
            new Setting(
                    "service.instance",
                    "--instance",
                    "MARFT_INSTANCE",
                    Rule.text("a name"),
                    Fallback.words("a name that is drawn and kept in the state directory"),
                    "The process's name among those of the same service. No two may have the same: the later one puts the "
                            + "earlier one out."),
            new Setting(
                    "service.state-dir",
                    "--state-dir",
                    "MARFT_STATE_DIR",
                    DIRECTORY,
                    Fallback.value(".marft/streams"),
                    "Where processes keep their names, and Kafka Streams its local files. It may be lost: the state is on "
                            + "the log."),
            new Setting(
                    "agents.names",
                    "--agents",
                    "MARFT_AGENTS",
                    Rule.text("names of agents, separated by commas"),
                    Fallback.words("the whole team"),
                    "Which agents a process runs, separated by commas."),
            new Setting(
                    "agents.batch",
                    "--agent-batch",
                    "MARFT_AGENT_BATCH",
                    Rule.whole(1),
                    Fallback.value("32"),
                    "The most turns that an agent answers at once. It takes further ones as soon as some are answered."),
            new Setting(
                    "agents.linger",
                    "--agent-linger",
                    "MARFT_AGENT_LINGER",
                    Rule.span(Duration.ZERO, Duration.ofSeconds(1)),
                    Fallback.value("5ms"),
                    "How long an answer waits for others, so that they share a transaction."),
            new Setting(
                    "environment.task",
                    "--task",
                    "MARFT_TASK",
                    Rule.text("a task's name"),
                    Fallback.value(Tasks.BUNDLED),
                    "The environment's task, by its name. One of your own comes by the class path."),
            new Setting(
                    "environment.in-flight",
                    "--in-flight",
                    "MARFT_IN_FLIGHT",
                    Rule.whole(1),
                    Fallback.value("64"),
                    "How many training episodes may be open at a time."),
            new Setting(
                    "environment.patience",
                    "--patience",
                    "MARFT_PATIENCE",
                    Rule.span(Duration.ofSeconds(1), Duration.ofHours(24)),
                    Fallback.words("the team's deadline"),
                    "How long a training episode may be open before another takes its place."),
            new Setting(
                    "environment.max-untrained",
                    "--max-untrained",
                    "MARFT_MAX_UNTRAINED",
                    Rule.whole(0),
                    Fallback.value("64"),
                    "The environment pauses while more closed episodes than these wait for the trainer; 0 never pauses."),
            new Setting(
                    "topics.partitions",
                    "--partitions",
                    "MARFT_PARTITIONS",
                    Rule.whole(1),
                    Fallback.value("4"),
                    "Partitions of topics keyed by episode, when they are created."),
            new Setting(
                    "topics.replication",
                    "--replication",
                    "MARFT_REPLICATION",
                    Rule.whole(1, Short.MAX_VALUE),
                    Fallback.value("1"),
                    "Replication factor of topics, when they are created."),
            new Setting(
                    "experiment.device",
                    "--device",
                    "MARFT_DEVICE",
                    DEVICE,
                    Fallback.value("cpu"),
                    "Where an experiment's model runs: cpu, cuda, cuda:N, or auto. Results repeat bit for bit on a CPU only."),
            new Setting(
                    "log.level",
                    "--log-level",
                    "MARFT_LOG_LEVEL",
                    Rule.oneOf("trace", "debug", "info", "warn", "error", "off"),
                    Fallback.value("info"),
                    "What is logged: trace, debug, info, warn, error or off. Of libraries no more than warnings. A command "
                            + "that keeps no log writes to standard error where option or variable is given."),
            new Setting(
                    "log.config",
                    "--log-config",
                    "MARFT_LOG_CONFIG",
                    FILE,
                    Fallback.words("none"),
                    "A logback configuration of your own, which then decides on everything about the log."));

    private static final Map<String, Setting> BY_KEY =
            ALL.stream().collect(Collectors.toUnmodifiableMap(Setting::key, setting -> setting));

    private Settings() {}

    /** All settings, those of a section together. */
    public static List<Setting> all() {
        return ALL;
    }

    /** The setting of a key; empty if there is none. */
    public static Optional<Setting> find(String key) {
        return key == null ? Optional.empty() : Optional.ofNullable(BY_KEY.get(key));
    }
}
