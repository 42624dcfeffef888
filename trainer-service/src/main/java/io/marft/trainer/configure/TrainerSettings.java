package io.marft.trainer.configure;

import io.marft.schemas.record.Team;
import io.marft.streaming.connect.ClientSettings;
import io.marft.trainer.Require;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * What a trainer needs to know beside the base model.
 *
 * @param client cluster, registry and prefix
 * @param team the team that it trains, in its newest version; later ones it finds on the log
 * @param configuration how it trains
 * @param seed of the run; only the first start's counts for the initial state
 * @param threads how many micro-batches it works on at once
 */
public record TrainerSettings(
        ClientSettings client, Team team, TrainingConfiguration configuration, long seed, int threads) {

    private static final int TRANSACTION_TIMEOUT_MS = 300_000;

    public TrainerSettings {
        Require.atLeastOne("threads", threads);
    }

    /**
     * Properties of the producer that writes updates. A checkpoint of some GiB takes its time to be written, so a transaction
     * may last five minutes, unless the user says otherwise.
     */
    public Map<String, Object> producer() {
        Map<String, Object> properties = client.transactionalProducer(identity());
        properties.putIfAbsent(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MS);
        return properties;
    }

    /** The transactional id, of which only one trainer can be alive; also the consumer group that holds its offsets. */
    public String identity() {
        return client.names().trainer(team.getName());
    }
}
