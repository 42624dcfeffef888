package io.marft.trainer.publish;

import io.marft.policy.adapter.Adapter;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.wire.RecordCodec;
import io.marft.streaming.life.Patience;
import io.marft.streaming.life.StopRequest;
import io.marft.streaming.life.Transactions;
import io.marft.trainer.configure.TrainerSettings;
import io.marft.trainer.state.StateBytes;
import io.marft.trainer.state.TrainingState;
import java.util.List;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/**
 * Brings an adapter from outside into a team's training, as its next update: one that has no inputs and replaces one
 * agent's weights.
 *
 * <p>It takes the trainer's place for a moment, by the trainer's own transactional id. So no update can come between the
 * state that it reads and the one that it writes, and a trainer that runs meanwhile is fenced: its next commit fails, and
 * it begins again from the import.
 */
public final class AdapterImport {

    private final TrainerSettings settings;
    private final String modelDigest;
    private final ModelConfig model;

    /**
     * @param settings those of the team's trainer
     * @param modelDigest of the team's base model
     * @param model its shape
     */
    public AdapterImport(TrainerSettings settings, String modelDigest, ModelConfig model) {
        this.settings = settings;
        this.modelDigest = modelDigest;
        this.model = model;
    }

    /**
     * Imports, in one transaction.
     *
     * @param agent whose adapter it is to be
     * @return the version that it has become
     * @throws IllegalArgumentException if there is no such agent, or training has another LoRA shape
     * @throws IllegalStateException if the log's state of training cannot be gone on from
     * @throws org.apache.kafka.common.KafkaException if the cluster does not take the records; nothing has changed then
     */
    public long run(String agent, Adapter adapter) {
        String identity = settings.identity();
        Patience once = new Patience("import", StopRequest.atOnce());
        try (Transactions transactions = new Transactions(settings.producer(), once);
                KafkaConsumer<String, byte[]> consumer =
                        new KafkaConsumer<>(settings.client().consumer(identity));
                RecordCodec codec = settings.client().codec()) {
            TrainingState before = Checkpoints.read(
                            settings.client(), settings.team().getName())
                    .resume(settings, modelDigest, model);
            withImported(before, agent, adapter); // What cannot be imported must not fence a trainer.
            transactions.open();
            Standing standing = Standing.read(settings, modelDigest, model, consumer);
            TrainingState next = withImported(standing.state(), agent, adapter);
            UpdateRecords records = UpdateRecords.ofImport(
                    settings, next, agent, StateBytes.digest(standing.state()), standing.positions());
            new UpdateTransaction(transactions, codec, consumer.groupMetadata(), once)
                    .commit(
                            records,
                            standing.positions()
                                    .offsets(settings.client().topics().of(Topic.TRAJECTORIES)));
            return next.update();
        }
    }

    private TrainingState withImported(TrainingState state, String agent, Adapter adapter) {
        return state.withAgentsOf(List.of(settings.team()), model, settings.configuration(), settings.seed())
                .withImported(agent, adapter);
    }
}
