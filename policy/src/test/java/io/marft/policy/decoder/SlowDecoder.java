package io.marft.policy.decoder;

import io.marft.policy.adapter.Adapter;
import io.marft.policy.adapter.Projection;
import io.marft.policy.checkpoint.ModelConfig;
import io.marft.policy.checkpoint.Tensor;
import java.util.Map;

/**
 * The decoder once more, as plain loops over doubles, one sequence at a time: what the fast one is checked against. It
 * shares no code with it, and nothing is fused, folded or cached.
 */
final class SlowDecoder {

    private final ModelConfig config;
    private final Map<String, Tensor> weights;
    private final Adapter adapter;

    SlowDecoder(ModelConfig config, Map<String, Tensor> weights, Adapter adapter) {
        this.config = config;
        this.weights = weights;
        this.adapter = adapter;
    }

    /** Final norm's states of a sequence: [length][width]. */
    double[][] states(int[] tokens) {
        double[][] x = new double[tokens.length][];
        for (int t = 0; t < tokens.length; t++) {
            x[t] = row("model.embed_tokens.weight", tokens[t]);
        }
        for (int layer = 0; layer < config.layers(); layer++) {
            String prefix = "model.layers." + layer + ".";
            double[][] normed = norms(x, prefix + "input_layernorm.weight");
            double[][] attended = attend(
                    linear(normed, prefix + "self_attn.q_proj", layer, Projection.Q),
                    linear(normed, prefix + "self_attn.k_proj", layer, Projection.K),
                    linear(normed, prefix + "self_attn.v_proj", layer, Projection.V));
            add(x, linear(attended, prefix + "self_attn.o_proj", layer, Projection.O));
            normed = norms(x, prefix + "post_attention_layernorm.weight");
            double[][] gate = linear(normed, prefix + "mlp.gate_proj", layer, Projection.GATE);
            double[][] up = linear(normed, prefix + "mlp.up_proj", layer, Projection.UP);
            for (int t = 0; t < x.length; t++) {
                for (int i = 0; i < gate[t].length; i++) {
                    gate[t][i] = gate[t][i] / (1 + Math.exp(-gate[t][i])) * up[t][i];
                }
            }
            add(x, linear(gate, prefix + "mlp.down_proj", layer, Projection.DOWN));
        }
        return norms(x, "model.norm.weight");
    }

    /** Log-probabilities of the next token after a state, at a temperature: [vocabulary]. */
    double[] logProbs(double[] state, double temperature) {
        String head = config.tiedEmbeddings() ? "model.embed_tokens.weight" : "lm_head.weight";
        double[] logits = new double[config.vocabSize()];
        double total = 0;
        for (int token = 0; token < logits.length; token++) {
            logits[token] = dot(row(head, token), state) / temperature;
            total += Math.exp(logits[token]);
        }
        for (int token = 0; token < logits.length; token++) {
            logits[token] -= Math.log(total);
        }
        return logits;
    }

    private double[][] attend(double[][] query, double[][] key, double[][] value) {
        int size = config.headSize();
        int group = config.heads() / config.kvHeads();
        double[][] out = new double[query.length][config.heads() * size];
        for (int head = 0; head < config.heads(); head++) {
            int shared = head / group;
            for (int t = 0; t < query.length; t++) {
                double[] q = rotated(query[t], head, t);
                double[] weight = new double[t + 1];
                double total = 0;
                for (int s = 0; s <= t; s++) {
                    weight[s] = Math.exp(dot(q, rotated(key[s], shared, s)) / Math.sqrt(size));
                    total += weight[s];
                }
                for (int s = 0; s <= t; s++) {
                    for (int i = 0; i < size; i++) {
                        out[t][head * size + i] += weight[s] / total * value[s][shared * size + i];
                    }
                }
            }
        }
        return out;
    }

    /** One head's part, its pairs (i, i + size/2) turned by position * theta^(-2i/size). */
    private double[] rotated(double[] heads, int head, int position) {
        int size = config.headSize();
        double[] out = new double[size];
        for (int i = 0; i < size / 2; i++) {
            double angle = position * Math.pow(config.rotary().theta(), -2.0 * i / size);
            double first = heads[head * size + i];
            double second = heads[head * size + i + size / 2];
            out[i] = first * Math.cos(angle) - second * Math.sin(angle);
            out[i + size / 2] = second * Math.cos(angle) + first * Math.sin(angle);
        }
        return out;
    }

    private double[][] linear(double[][] x, String name, int layer, Projection projection) {
        Tensor weight = weights.get(name + ".weight");
        Tensor bias = weights.get(name + ".bias");
        double[][] out = new double[x.length][weight.shape().get(0)];
        for (int t = 0; t < x.length; t++) {
            for (int o = 0; o < out[t].length; o++) {
                out[t][o] = dot(row(name + ".weight", o), x[t]) + (bias == null ? 0 : bias.values()[o]);
            }
            if (!adapter.isNone() && adapter.config().projections().contains(projection)) {
                Tensor a = adapter.a(layer, projection);
                Tensor b = adapter.b(layer, projection);
                int rank = adapter.config().rank();
                for (int r = 0; r < rank; r++) {
                    double low = dot(row(a, r), x[t]) * adapter.config().alpha() / rank;
                    for (int o = 0; o < out[t].length; o++) {
                        out[t][o] += b.values()[o * rank + r] * low;
                    }
                }
            }
        }
        return out;
    }

    private double[][] norms(double[][] x, String name) {
        float[] weight = weights.get(name).values();
        double[][] out = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            double scale = 1 / Math.sqrt(dot(x[t], x[t]) / x[t].length + config.rmsNormEps());
            out[t] = new double[x[t].length];
            for (int i = 0; i < x[t].length; i++) {
                out[t][i] = x[t][i] * scale * weight[i];
            }
        }
        return out;
    }

    private double[] row(String name, int index) {
        return row(weights.get(name), index);
    }

    private static double[] row(Tensor matrix, int index) {
        int columns = matrix.shape().get(1);
        double[] row = new double[columns];
        for (int i = 0; i < columns; i++) {
            row[i] = matrix.values()[index * columns + i];
        }
        return row;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static void add(double[][] x, double[][] more) {
        for (int t = 0; t < x.length; t++) {
            for (int i = 0; i < x[t].length; i++) {
                x[t][i] += more[t][i];
            }
        }
    }
}
