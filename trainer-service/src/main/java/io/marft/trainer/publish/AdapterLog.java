package io.marft.trainer.publish;

import io.marft.policy.adapter.Adapter;
import io.marft.policy.adapter.LoraConfig;
import io.marft.schemas.catalogue.Topic;
import io.marft.schemas.catalogue.TopicNames;
import io.marft.schemas.record.AdapterChunk;
import io.marft.schemas.record.AdapterManifest;
import io.marft.schemas.wire.ChunkSet;
import io.marft.streaming.log.LogRecords;
import java.util.SortedMap;
import java.util.TreeMap;

/** Finds the adapters of a team's agents on the log. To be used by one thread. */
public final class AdapterLog {

    private final LogRecords log;
    private final TopicNames topics;
    private final String team;

    public AdapterLog(LogRecords log, TopicNames topics, String team) {
        this.log = log;
        this.topics = topics;
        this.team = team;
    }

    /**
     * An agent's newest version.
     *
     * @throws IllegalStateException if there is none, or it is damaged
     */
    public LoggedAdapter newest(String agent) {
        SortedMap<Long, AdapterManifest> manifests = manifests(agent);
        if (manifests.isEmpty()) {
            throw new IllegalStateException("the log holds no adapter of agent '" + agent + "' of team '" + team + "'");
        }
        return read(manifests.get(manifests.lastKey()));
    }

    /**
     * A certain version.
     *
     * @throws IllegalStateException if it is not there, or is damaged
     */
    public LoggedAdapter version(String agent, long version) {
        SortedMap<Long, AdapterManifest> manifests = manifests(agent);
        if (!manifests.containsKey(version)) {
            String there = manifests.isEmpty() ? "none" : manifests.firstKey() + " to " + manifests.lastKey();
            throw new IllegalStateException("the log holds no adapter version " + version + " of agent '" + agent
                    + "' of team '" + team + "'; it holds " + there);
        }
        return read(manifests.get(version));
    }

    private SortedMap<Long, AdapterManifest> manifests(String agent) {
        SortedMap<Long, AdapterManifest> manifests = new TreeMap<>();
        log.forEach(topics.of(Topic.ADAPTERS), AdapterManifest.class, manifest -> {
            if (manifest.getTeam().equals(team) && manifest.getAgent().equals(agent)) {
                manifests.put(manifest.getVersion(), manifest);
            }
        });
        return manifests;
    }

    private LoggedAdapter read(AdapterManifest manifest) {
        ChunkSet chunks = new ChunkSet();
        log.forEach(topics.of(Topic.ADAPTER_CHUNKS), AdapterChunk.class, chunk -> {
            if (chunk.getTeam().equals(team)
                    && chunk.getAgent().equals(manifest.getAgent())
                    && chunk.getVersion() == manifest.getVersion()) {
                chunks.add(chunk.getIndex(), chunk.getData());
            }
        });
        String name = "adapter version " + manifest.getVersion() + " of agent '" + manifest.getAgent() + "'";
        int count = manifest.getChunks();
        if (!chunks.isWhole(count)) {
            throw new IllegalStateException(
                    name + " is damaged: the log holds " + chunks.present(count) + " of " + count + " chunks");
        }
        Adapter adapter = Adapter.fromSafetensors(
                chunks.join(count), new LoraConfig(manifest.getRank(), manifest.getAlpha(), manifest.getTargets()));
        if (!adapter.digest().equals(manifest.getDigest())) {
            throw new IllegalStateException(name + " is damaged: its weights have digest " + adapter.digest()
                    + ", its manifest says " + manifest.getDigest());
        }
        return new LoggedAdapter(manifest, adapter);
    }
}
