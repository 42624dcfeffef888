package io.marft.trainer.state;

import io.marft.policy.adapter.Adapter;
import io.marft.policy.adapter.LoraConfig;
import io.marft.schemas.digest.Sha256;
import io.marft.trainer.critic.Critic;
import io.marft.trainer.optimizer.Moments;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A training state as bytes, for checkpoints and digests. Canonical: equal states give equal bytes. They are written and
 * read as a stream, so that beside the state no more than one adapter's bytes are held.
 */
public final class StateBytes {

    /** Of a team that has all its agents from the beginning. */
    private static final String UNCHANGED = "marft-training-state-2";
    /** Says of each agent, too, since when it has been there. */
    private static final String CHANGED = "marft-training-state-3";

    private static final int BLOCK = 64 * 1024;

    private StateBytes() {}

    /**
     * Writes a state, and leaves the stream open.
     *
     * @return {@code sha256:…} of what was written
     */
    public static String write(TrainingState state, OutputStream to) throws IOException {
        Sha256 digest = new Sha256();
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(digest.through(to), BLOCK));
        writeState(out, state);
        out.flush();
        return digest.text();
    }

    /** The state as bytes in one array. */
    public static byte[] write(TrainingState state) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            var unused = write(state, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * What can be said of a state's bytes before they are written.
     *
     * @param digest {@code sha256:…} of them
     * @param bytes how many they are
     */
    public record Measure(String digest, long bytes) {}

    /** Measures a state's bytes, of which no copy is made. */
    public static Measure measure(TrainingState state) {
        Counter counter = new Counter();
        try {
            return new Measure(write(state, counter), counter.bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code sha256:…} of the state's bytes, of which no copy is made. */
    public static String digest(TrainingState state) {
        return measure(state).digest();
    }

    private static final class Counter extends OutputStream {

        private long bytes;

        @Override
        public void write(int one) {
            bytes++;
        }

        @Override
        public void write(byte[] from, int at, int count) {
            bytes += count;
        }
    }

    private static void writeState(DataOutputStream out, TrainingState state) throws IOException {
        boolean changed = state.agents().values().stream().anyMatch(agent -> agent.since() > 0);
        out.writeUTF(changed ? CHANGED : UNCHANGED);
        out.writeUTF(state.team());
        out.writeUTF(state.baseModelDigest());
        out.writeLong(state.update());
        out.writeInt(state.agents().size());
        for (Map.Entry<String, AgentState> agent : state.agents().entrySet()) {
            out.writeUTF(agent.getKey());
            writeAdapter(out, agent.getValue().adapter());
            writeMoments(out, agent.getValue().moments());
            if (changed) {
                out.writeLong(agent.getValue().since());
            }
        }
        out.writeInt(state.critics().size());
        for (Map.Entry<String, CriticState> critic : state.critics().entrySet()) {
            out.writeUTF(critic.getKey());
            writeCritic(out, critic.getValue());
        }
    }

    /** As {@link #read(InputStream)}, of an array. */
    public static TrainingState read(byte[] bytes) {
        return read(new ByteArrayInputStream(bytes));
    }

    /**
     * The state of bytes that {@link #write} made.
     *
     * @throws IllegalArgumentException if they are no such bytes
     */
    public static TrainingState read(InputStream bytes) {
        try (DataInputStream in = new DataInputStream(bytes)) {
            String format = in.readUTF();
            if (!format.equals(UNCHANGED) && !format.equals(CHANGED)) {
                throw new IllegalArgumentException("training state is in format " + format + ", this version reads "
                        + UNCHANGED + " and " + CHANGED
                        + ": go on with the version that wrote it, or begin anew under another topic prefix");
            }
            String team = in.readUTF();
            String baseModelDigest = in.readUTF();
            long update = in.readLong();
            int agentCount = in.readInt();
            Map<String, AgentState> agents = new LinkedHashMap<>();
            for (int i = 0; i < agentCount; i++) {
                String name = in.readUTF();
                Adapter adapter = readAdapter(in);
                Moments moments = readMoments(in);
                agents.put(name, new AgentState(adapter, moments, format.equals(CHANGED) ? in.readLong() : 0));
            }
            int criticCount = in.readInt();
            Map<String, CriticState> critics = new LinkedHashMap<>();
            for (int i = 0; i < criticCount; i++) {
                critics.put(in.readUTF(), readCritic(in));
            }
            return new TrainingState(team, baseModelDigest, update, agents, critics);
        } catch (IOException e) {
            throw new IllegalArgumentException("training state is cut short or broken: " + e, e);
        }
    }

    private static void writeAdapter(DataOutputStream out, Adapter adapter) throws IOException {
        LoraConfig lora = adapter.config();
        out.writeInt(lora.rank());
        out.writeFloat(lora.alpha());
        out.writeInt(lora.targets().size());
        for (String target : lora.targets()) {
            out.writeUTF(target);
        }
        byte[] weights = adapter.toSafetensors();
        out.writeInt(weights.length);
        out.write(weights);
    }

    private static Adapter readAdapter(DataInputStream in) throws IOException {
        int rank = in.readInt();
        float alpha = in.readFloat();
        int targetCount = in.readInt();
        List<String> targets = new ArrayList<>();
        for (int i = 0; i < targetCount; i++) {
            targets.add(in.readUTF());
        }
        byte[] weights = in.readNBytes(in.readInt());
        return Adapter.fromSafetensors(weights, new LoraConfig(rank, alpha, targets));
    }

    private static void writeCritic(DataOutputStream out, CriticState state) throws IOException {
        out.writeInt(state.critic().sizes().size());
        for (int size : state.critic().sizes()) {
            out.writeInt(size);
        }
        writeFloats(out, state.critic().weights());
        writeMoments(out, state.moments());
    }

    private static CriticState readCritic(DataInputStream in) throws IOException {
        int sizeCount = in.readInt();
        List<Integer> sizes = new ArrayList<>();
        for (int i = 0; i < sizeCount; i++) {
            sizes.add(in.readInt());
        }
        Critic critic = Critic.of(sizes, readFloats(in));
        return new CriticState(critic, readMoments(in));
    }

    private static void writeMoments(DataOutputStream out, Moments moments) throws IOException {
        out.writeLong(moments.steps());
        writeFloats(out, moments.first());
        writeFloats(out, moments.second());
    }

    private static Moments readMoments(DataInputStream in) throws IOException {
        long steps = in.readLong();
        float[] first = readFloats(in);
        return new Moments(steps, first, readFloats(in));
    }

    private static void writeFloats(DataOutputStream out, float[] values) throws IOException {
        out.writeInt(values.length);
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        for (int from = 0; from < values.length; from += BLOCK / Float.BYTES) {
            int count = Math.min(BLOCK / Float.BYTES, values.length - from);
            block.asFloatBuffer().put(values, from, count);
            out.write(block.array(), 0, count * Float.BYTES);
        }
    }

    private static float[] readFloats(DataInputStream in) throws IOException {
        float[] values = new float[in.readInt()];
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        for (int from = 0; from < values.length; from += BLOCK / Float.BYTES) {
            int count = Math.min(BLOCK / Float.BYTES, values.length - from);
            in.readFully(block.array(), 0, count * Float.BYTES);
            block.asFloatBuffer().get(values, from, count);
        }
        return values;
    }
}
