package io.marft.actor.adapters;

import io.marft.schemas.record.AdapterManifest;
import io.marft.streaming.log.LogEnds;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;

/**
 * Where the newest adapters of some agents lie on the log, so that a start reads those and not all that ever were. All
 * manifests are read, which are small; the newest one of each agent says when it was made, and the log finds the chunks
 * by that time.
 *
 * <p>Whether they were found, and are any good, only turns out as they are read: {@link #served} tells. If not, the whole
 * log is to be read. Belongs to the consumer's thread.
 */
final class NewestAdapters {

    private static final Duration POLL = Duration.ofMillis(100);
    /** How far a clock may have been set back between a manifest and its chunks. */
    private static final Duration CLOCKS = Duration.ofMinutes(1);

    private final Map<String, AdapterManifest> manifests = new HashMap<>();
    private final Map<String, Long> offsets = new HashMap<>();
    private final Consumer<String, byte[]> consumer;

    NewestAdapters(Consumer<String, byte[]> consumer) {
        this.consumer = consumer;
    }

    /**
     * Reads all manifests up to their present end.
     *
     * @param wanted gives the manifest in a record, if it is one that counts
     */
    void find(
            Collection<TopicPartition> partitions,
            Function<ConsumerRecord<String, byte[]>, Optional<AdapterManifest>> wanted) {
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        while (!LogEnds.reached(consumer, ends)) {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                wanted.apply(record).ifPresent(manifest -> add(manifest, record.offset()));
            }
        }
    }

    private void add(AdapterManifest manifest, long offset) {
        AdapterManifest known = manifests.get(manifest.getAgent());
        if (known == null || known.getVersion() < manifest.getVersion()) {
            manifests.put(manifest.getAgent(), manifest);
            offsets.put(manifest.getAgent(), offset);
        }
    }

    /** Assigns all partitions and goes to where the newest adapters begin; to the beginning if there are none. */
    void seek(Collection<TopicPartition> manifestPartitions, Collection<TopicPartition> chunkPartitions) {
        List<TopicPartition> all = Stream.concat(manifestPartitions.stream(), chunkPartitions.stream())
                .toList();
        consumer.assign(all);
        consumer.seekToBeginning(all);
        OptionalLong first =
                offsets.values().stream().mapToLong(Long::longValue).min();
        if (manifestPartitions.size() == 1 && first.isPresent()) {
            consumer.seek(manifestPartitions.iterator().next(), first.getAsLong());
            chunks(chunkPartitions).forEach((partition, found) -> {
                if (found != null) {
                    consumer.seek(partition, found.offset());
                }
            });
        }
    }

    private Map<TopicPartition, OffsetAndTimestamp> chunks(Collection<TopicPartition> partitions) {
        long since = manifests.values().stream()
                .map(AdapterManifest::getCreatedAt)
                .min(Instant::compareTo)
                .orElseThrow()
                .minus(CLOCKS)
                .toEpochMilli();
        Map<TopicPartition, Long> times = new HashMap<>();
        partitions.forEach(partition -> times.put(partition, since));
        return consumer.offsetsForTimes(times);
    }

    /** Whether each agent serves its newest adapter, or a later one. */
    boolean served(Map<String, VersionedAdapter> adapters) {
        return manifests.values().stream().allMatch(manifest -> {
            VersionedAdapter adapter = adapters.getOrDefault(manifest.getAgent(), VersionedAdapter.base());
            return adapter.version() >= manifest.getVersion();
        });
    }
}
