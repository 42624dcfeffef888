"""Writes a random checkpoint of a published model's shape, to measure speed and memory on where none can be downloaded.

    python ops/bench/peers/make_shape.py 0.5b /somewhere/0.5b-float32 --dtype float32 --tokenizer DIR

0.5b and 1.5b are Qwen2.5's. With --tokenizer the tokenizer's files are copied from that folder.
"""

import argparse
import pathlib
import shutil

import torch
import transformers

SHAPES = {
    "0.5b": dict(hidden_size=896, num_hidden_layers=24, num_attention_heads=14, intermediate_size=4864),
    "1.5b": dict(hidden_size=1536, num_hidden_layers=28, num_attention_heads=12, intermediate_size=8960),
}
TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "chat_template.jinja",
)


def main() -> None:
    parser = argparse.ArgumentParser(description="Writes a random checkpoint of a given shape.")
    parser.add_argument("shape", choices=SHAPES)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--dtype", default="float32", choices=["float32", "bfloat16"])
    parser.add_argument("--tokenizer", type=pathlib.Path, help="a folder with a tokenizer's files")
    arguments = parser.parse_args()

    torch.manual_seed(0)
    dtype = getattr(torch, arguments.dtype)
    config = transformers.Qwen2Config(
        **SHAPES[arguments.shape],
        num_key_value_heads=2,
        vocab_size=151936,
        max_position_embeddings=32768,
        tie_word_embeddings=True,
        rope_parameters=dict(rope_type="default", rope_theta=1e6),
        bos_token_id=151643,
        eos_token_id=151645,
        dtype=dtype,
    )
    torch.set_default_dtype(dtype)
    model = transformers.Qwen2ForCausalLM(config)
    model.generation_config.eos_token_id = [151645, 151643]
    model.generation_config.pad_token_id = 151643
    model.save_pretrained(arguments.folder, max_shard_size="4GB")
    if arguments.tokenizer:
        for name in TOKENIZER_FILES:
            if (arguments.tokenizer / name).is_file():
                shutil.copy(arguments.tokenizer / name, arguments.folder)


if __name__ == "__main__":
    main()
