"""The golden models: their shapes and how their random weights are drawn.

Small enough to be kept in git, and as unlike an untrained network as random weights allow: attention is sharp,
distributions over tokens are far from uniform, biases are not 0 and norm weights not 1, so that a decoder which forgets
one of them cannot pass.
"""

import dataclasses
import zlib

import numpy
import torch
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedConfig,
    PreTrainedModel,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

# Ids from here on stand for special tokens; prompts and actions stay below.
FIRST_SPECIAL_TOKEN = 480

SHAPE = dict(
    vocab_size=496, hidden_size=48, num_hidden_layers=3, intermediate_size=80, max_position_embeddings=512
)


@dataclasses.dataclass(frozen=True)
class Family:
    """One architecture: how to build it, which tokens end its answers, and the seed its weights are drawn from."""

    name: str
    model_class: type[PreTrainedModel]
    config: PreTrainedConfig
    eos_token_ids: list[int]
    pad_token_id: int | None
    seed: int

    def model(self) -> PreTrainedModel:
        """The model with its random float32 weights, in evaluation mode."""
        self.config._attn_implementation = "eager"
        model = self.model_class(self.config).float().eval()
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                parameter.copy_(_weight(name, tuple(parameter.shape), self.seed))
            # Tokens that end an answer come often enough to be met within a few dozen.
            model.get_output_embeddings().weight[self.eos_token_ids] *= 1.3
        # As published checkpoints do, generation_config.json says more than config.json about how answers end.
        model.generation_config.eos_token_id = self.eos_token_ids
        model.generation_config.pad_token_id = self.pad_token_id
        return model


def families() -> list[Family]:
    """Fresh configurations every time: transformers writes into the ones it is given."""
    return [
        Family(
            name="qwen2",
            model_class=Qwen2ForCausalLM,
            config=Qwen2Config(
                **SHAPE,
                num_attention_heads=4,
                num_key_value_heads=2,
                tie_word_embeddings=True,
                rope_parameters=dict(rope_type="default", rope_theta=1e6),
                bos_token_id=480,
                eos_token_id=482,
            ),
            eos_token_ids=[482, 480],
            pad_token_id=480,
            seed=2,
        ),
        Family(
            name="qwen3",
            model_class=Qwen3ForCausalLM,
            config=Qwen3Config(
                **SHAPE,
                num_attention_heads=6,
                num_key_value_heads=2,
                head_dim=16,
                tie_word_embeddings=False,
                rope_parameters=dict(rope_type="default", rope_theta=1e6),
                bos_token_id=480,
                eos_token_id=482,
            ),
            eos_token_ids=[482, 480],
            pad_token_id=480,
            seed=2,
        ),
        Family(
            name="llama",
            model_class=LlamaForCausalLM,
            config=LlamaConfig(
                **SHAPE,
                num_attention_heads=4,
                num_key_value_heads=2,
                tie_word_embeddings=False,
                rms_norm_eps=1e-5,
                # Of the six angles one is kept, one is blended and four are slowed down by the whole factor.
                rope_parameters=dict(
                    rope_type="llama3",
                    rope_theta=20000.0,
                    factor=8.0,
                    low_freq_factor=1.0,
                    high_freq_factor=4.0,
                    original_max_position_embeddings=64,
                ),
                bos_token_id=480,
                eos_token_id=[481, 484, 485],
            ),
            eos_token_ids=[481, 484, 485],
            pad_token_id=None,
            seed=2,
        ),
    ]


def family(name: str) -> Family:
    return next(each for each in families() if each.name == name)


def generator(seed: int, purpose: str) -> numpy.random.Generator:
    """Random numbers that depend on nothing but their seed and what they are for."""
    return numpy.random.default_rng([seed, zlib.crc32(purpose.encode())])


def normal(seed: int, purpose: str, shape: tuple[int, ...], deviation: float, mean: float = 0.0) -> torch.Tensor:
    drawn = generator(seed, purpose).standard_normal(shape) * deviation + mean
    return torch.from_numpy(drawn.astype(numpy.float32))


def _weight(name: str, shape: tuple[int, ...], seed: int) -> torch.Tensor:
    # Embeddings are small beside what layers add to them, lest a tied head repeat the token it just read; the last norm
    # makes up for it.
    if name == "model.norm.weight":
        return normal(seed, name, shape, deviation=0.5, mean=2.0)
    if "norm" in name:
        return normal(seed, name, shape, deviation=0.25, mean=1.0)
    if name.endswith(".bias"):
        return normal(seed, name, shape, deviation=0.5)
    if "embed_tokens" in name or "lm_head" in name:
        return normal(seed, name, shape, deviation=0.25)
    # Queries and keys are drawn wider, so that attention picks a few positions instead of averaging all.
    gain = 1.4 if "q_proj" in name or "k_proj" in name else 1.1
    return normal(seed, name, shape, deviation=gain / shape[1] ** 0.5)
