package io.marft.actor.acting;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * The turns that an agent has taken and not yet committed. They are answered in any order and committed in the order of
 * their partition: the one offset that a group keeps of a partition says that all before it is done. So an answer that comes
 * early waits here for those before it.
 *
 * <p>Turns of a partition that is taken away are dropped, answered or not: their next owner takes them from the committed
 * offset on.
 *
 * <p>Not thread-safe; belongs to the consumer's thread. Answers may come on any thread.
 */
final class OpenTurns implements ConsumerRebalanceListener {

    /**
     * How many turns may be open for each one that may be answered at once. Without a bound, one turn that takes an hour
     * would have all that come after it in its partition wait in memory.
     */
    private static final int OPEN_PER_ANSWERED = 8;

    /** A turn whose answer is there and may be committed. */
    record Answered(ConsumerRecord<String, byte[]> record, Policy.Answer answer) {}

    /** A turn that is open. It waits as long as it has no answer under way. */
    private static final class Open {

        private final ConsumerRecord<String, byte[]> record;
        private Optional<CompletableFuture<Policy.Answer>> answer = Optional.empty();

        Open(ConsumerRecord<String, byte[]> record) {
            this.record = record;
        }

        boolean generates() {
            return answer.filter(begun -> !begun.isDone()).isPresent();
        }

        boolean failed() {
            return answer.filter(CompletableFuture::isCompletedExceptionally).isPresent();
        }

        Optional<Policy.Answer> result() {
            return answer.filter(begun -> begun.isDone() && !begun.isCompletedExceptionally())
                    .map(CompletableFuture::join);
        }
    }

    private final int limit;
    /** By partition and offset. */
    private final Map<TopicPartition, NavigableMap<Long, Open>> open = new HashMap<>();

    private final Deque<Open> waiting = new ArrayDeque<>();

    /** @param limit the most turns that are answered at once */
    OpenTurns(int limit) {
        this.limit = limit;
    }

    /** Takes a turn. One that is open already stays as it is. */
    void add(ConsumerRecord<String, byte[]> record) {
        Open turn = new Open(record);
        NavigableMap<Long, Open> turns = open.computeIfAbsent(partition(record), absent -> new TreeMap<>());
        if (turns.putIfAbsent(record.offset(), turn) == null) {
            waiting.add(turn);
        }
    }

    /** Whether further turns can be taken and answered now. */
    boolean haveRoom() {
        return waiting.isEmpty() && free() > 0 && all().count() < (long) OPEN_PER_ANSWERED * limit;
    }

    boolean isEmpty() {
        return all().findAny().isEmpty();
    }

    /**
     * Begins to answer the turns that wait, as many as may be answered at once.
     *
     * @param policy gives a future for each of some turns; where it throws, they wait on
     */
    void begin(Function<List<ConsumerRecord<String, byte[]>>, List<CompletableFuture<Policy.Answer>>> policy) {
        List<Open> next = waiting.stream().limit(free()).toList();
        if (next.isEmpty()) {
            return;
        }
        List<CompletableFuture<Policy.Answer>> answers =
                policy.apply(next.stream().map(turn -> turn.record).toList());
        for (int i = 0; i < next.size(); i++) {
            next.get(i).answer = Optional.of(answers.get(i));
            waiting.remove();
        }
    }

    /** The turns that may be committed: of each partition those answered, up to the first that is not. */
    List<Answered> answered() {
        List<Answered> answered = new ArrayList<>();
        for (NavigableMap<Long, Open> turns : open.values()) {
            for (Open turn : turns.values()) {
                Optional<Policy.Answer> answer = turn.result();
                if (answer.isEmpty()) {
                    break;
                }
                answered.add(new Answered(turn.record, answer.get()));
            }
        }
        return answered;
    }

    /** The error of an answer that failed, if one did. All turns whose answers failed wait again, to be asked once more. */
    Optional<Throwable> failure() {
        List<Open> failed = all().filter(Open::failed).toList();
        Optional<Throwable> first = failed.stream()
                .findFirst()
                .flatMap(turn -> turn.answer)
                .map(answer -> answer.handle((none, error) -> error).join());
        for (Open turn : failed) {
            turn.answer = Optional.empty();
            waiting.add(turn);
        }
        return first;
    }

    /** The offsets at which the group goes on once these turns are committed. */
    static Map<TopicPartition, OffsetAndMetadata> after(List<Answered> answered) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (Answered turn : answered) {
            offsets.put(
                    partition(turn.record()),
                    new OffsetAndMetadata(turn.record().offset() + 1));
        }
        return offsets;
    }

    /** Forgets the turns before these offsets, because they are committed. A partition without an offset stays as it is. */
    void committed(Map<TopicPartition, OffsetAndMetadata> offsets) {
        offsets.forEach((partition, offset) -> {
            if (offset != null && open.containsKey(partition)) {
                drop(open.get(partition).headMap(offset.offset(), false).values());
            }
        });
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        for (TopicPartition partition : partitions) {
            if (open.containsKey(partition)) {
                drop(open.remove(partition).values());
            }
        }
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}

    /** Drops turns. An answer that is still under way is no longer wanted. */
    private void drop(Collection<Open> turns) {
        Set<Open> dropped = new HashSet<>(turns);
        dropped.forEach(turn -> turn.answer.ifPresent(answer -> answer.cancel(false)));
        waiting.removeAll(dropped);
        turns.clear();
    }

    private long free() {
        return Math.max(0, limit - all().filter(Open::generates).count());
    }

    private Stream<Open> all() {
        return open.values().stream().flatMap(turns -> turns.values().stream());
    }

    private static TopicPartition partition(ConsumerRecord<String, byte[]> record) {
        return new TopicPartition(record.topic(), record.partition());
    }
}
