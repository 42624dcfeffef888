"""How fast transformers and peft decode and train a checkpoint on this machine: the number to hold ours against.

    python ops/bench/peers/policy.py --model models/arithmetic --what decode --batch 32 --prompt-tokens 60 \
        --new-tokens 40 --dtype float32 --threads 2 --repeat 5

prints one line of JSON. Measured with Python 3.11, torch 2.15.0, transformers 5.24.0, peft 0.21.2. torch computes
its matrices with MKL and oneDNN, so OPENBLAS_CORETYPE does not matter here; --threads is set in the process and goes
before OMP_NUM_THREADS. ATEN_CPU_CAPABILITY, ONEDNN_MAX_CPU_ISA and LD_PRELOAD (an allocator) do matter: leave them
unset, or say that they were set; the line repeats those that are.

decode: generate() with an active, unmerged LoRA adapter, sampling at temperature 1 from the whole vocabulary (--greedy:
    not), in torch.inference_mode. Nothing ends an answer early. tokens/s counts new tokens; the time includes the
    prompts' pass.
train: forward, loss and backward to the LoRA weights of one batch of prompts and actions of equal length; the loss is a
    weighted sum of the actions' log-probabilities plus 0.01 of their entropies, from logits of action positions only
    and a float32 log-softmax. No optimizer step. tokens/s counts prompt and action tokens.

The defaults are the best settings found without a compiler; --compile is faster still once warm. peers.md beside this
file says what was tried on CPUs. With --device cuda all of it runs on a GPU, the time includes waiting for it, and the
line has the most memory that torch took from it. Each measurement is taken --repeat times after
a warm-up; the line has all of them, their median (tokens_per_second) and the best. On a machine that others use too,
look at cpu_shares, the part of its threads' time that each repetition really got: below that of a quiet machine it
measured the others.
"""

import argparse
import json
import os
import pathlib
import statistics
import threading
import time
from collections.abc import Callable

import peft
import torch
import transformers

ENVIRONMENT = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA", "LD_PRELOAD")


class Memory:
    """Watches this process's anonymous memory, which has no high-water mark of its own."""

    def __init__(self) -> None:
        self.anonymous_peak = 0
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while True:
            self.anonymous_peak = max(self.anonymous_peak, self.read("RssAnon"))
            time.sleep(0.02)

    @staticmethod
    def read(field: str) -> int:
        """MiB"""
        status = pathlib.Path("/proc/self/status").read_text()
        line = next(each for each in status.splitlines() if each.startswith(field + ":"))
        return int(line.split()[1]) // 1024


def policy(arguments: argparse.Namespace) -> peft.PeftModel:
    base = transformers.AutoModelForCausalLM.from_pretrained(
        arguments.model, dtype=getattr(torch, arguments.dtype), attn_implementation=arguments.attention
    )
    settings = peft.LoraConfig(
        r=arguments.lora_rank,
        lora_alpha=2 * arguments.lora_rank,
        lora_dropout=0.0,
        target_modules=arguments.lora_targets.split(","),
        task_type="CAUSAL_LM",
    )
    # peft keeps the weights it trains in float32; to serve, they take the base's type.
    model = peft.get_peft_model(base, settings, autocast_adapter_dtype=arguments.what == "train")
    for name, parameter in model.named_parameters():
        if ".lora_B." in name:
            torch.nn.init.normal_(parameter, std=0.02)
    return model.to(arguments.device)


def random_tokens(model: peft.PeftModel, arguments: argparse.Namespace, length: int) -> torch.Tensor:
    """[batch, length]"""
    vocabulary = model.config.vocab_size
    tokens = torch.randint(vocabulary, (arguments.batch, length), generator=torch.Generator().manual_seed(1))
    return tokens.to(arguments.device)


def decode(model: peft.PeftModel, arguments: argparse.Namespace) -> Callable[[], None]:
    model.eval()
    prompts = random_tokens(model, arguments, arguments.prompt_tokens)
    settings = transformers.GenerationConfig(
        max_new_tokens=arguments.new_tokens,
        min_new_tokens=arguments.new_tokens,
        do_sample=not arguments.greedy,
        temperature=None if arguments.greedy else 1.0,
        top_k=None if arguments.greedy else 0,
        top_p=None if arguments.greedy else 1.0,
        pad_token_id=0,
        cache_implementation=None if arguments.cache == "default" else arguments.cache,
    )
    # No end token: its suppression would be one more pass over the logits.
    model.generation_config.eos_token_id = None
    if arguments.compile:
        model.base_model.model.forward = torch.compile(model.base_model.model.forward, dynamic=True)

    def once() -> None:
        with torch.inference_mode():
            made = model.generate(
                input_ids=prompts, attention_mask=torch.ones_like(prompts), generation_config=settings
            )
        if made.shape[1] != arguments.prompt_tokens + arguments.new_tokens:
            raise AssertionError(f"{made.shape[1] - arguments.prompt_tokens} new tokens, not {arguments.new_tokens}")

    return once


def train(model: peft.PeftModel, arguments: argparse.Namespace) -> Callable[[], None]:
    model.train()
    actions = arguments.new_tokens
    sequences = random_tokens(model, arguments, arguments.prompt_tokens + actions)
    mask = torch.ones_like(sequences)
    weights = torch.randn(arguments.batch, actions, generator=torch.Generator().manual_seed(2)).to(arguments.device)
    forward = torch.compile(model) if arguments.compile else model

    def once() -> None:
        model.zero_grad(set_to_none=True)
        logits = forward(
            input_ids=sequences, attention_mask=mask, use_cache=False, logits_to_keep=actions + 1
        ).logits[:, :-1]
        distribution = logits.float().log_softmax(-1)
        logprobs = distribution.gather(-1, sequences[:, -actions:, None])[..., 0]
        entropies = -(distribution.exp() * distribution).sum(-1)
        loss = -(weights * logprobs + 0.01 * entropies).mean()
        loss.backward()

    return once


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures transformers and peft on a checkpoint.")
    parser.add_argument("--model", required=True, help="a checkpoint's folder")
    parser.add_argument("--what", required=True, choices=["decode", "train"])
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--prompt-tokens", type=int, default=64)
    parser.add_argument("--new-tokens", type=int, default=32)
    parser.add_argument("--dtype", default="float32", choices=["float32", "bfloat16"])
    parser.add_argument("--device", default="cpu", help="cpu, or cuda for a GPU")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--lora-rank", type=int, default=8)
    parser.add_argument("--lora-targets", default="q_proj,v_proj")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--greedy", action="store_true", help="decode without sampling")
    parser.add_argument("--cache", default="default", choices=["default", "static"])
    parser.add_argument("--attention", default="sdpa", choices=["sdpa", "eager"])
    parser.add_argument("--compile", action="store_true", help="torch.compile the forward pass; needs a C++ compiler")
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    memory = Memory()
    model = policy(arguments)
    loaded = memory.read("VmHWM")
    repetition = decode(model, arguments) if arguments.what == "decode" else train(model, arguments)
    on_gpu = arguments.device != "cpu"

    def once() -> None:
        repetition()
        if on_gpu:
            torch.cuda.synchronize()

    began = time.perf_counter()
    once()
    once()  # a compiled forward pass may be compiled again the second time
    warm_up = time.perf_counter() - began

    counted = arguments.new_tokens + (arguments.prompt_tokens if arguments.what == "train" else 0)
    speeds, shares = [], []
    for _ in range(arguments.repeat):
        began, busy = time.perf_counter(), time.process_time()
        once()
        took = time.perf_counter() - began
        speeds.append(arguments.batch * counted / took)
        shares.append((time.process_time() - busy) / took / arguments.threads)
    print(
        json.dumps(
            {
                **vars(arguments),
                "tokens_per_second": round(statistics.median(speeds), 1),
                "best": round(max(speeds), 1),
                "all": [round(speed, 1) for speed in speeds],
                "cpu_shares": [round(share, 2) for share in shares],
                "warm_up_seconds": round(warm_up, 2),
                "vm_hwm_mib": memory.read("VmHWM"),
                "vm_hwm_after_loading_mib": loaded,
                "anonymous_peak_mib": memory.anonymous_peak,
                "gpu": torch.cuda.get_device_name() if on_gpu else None,
                "gpu_peak_mib": torch.cuda.max_memory_reserved() >> 20 if on_gpu else None,
                "torch": torch.__version__,
                "transformers": transformers.__version__,
                "peft": peft.__version__,
                "load_average": round(os.getloadavg()[0], 2),
                "environment": {name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
            }
        )
    )


if __name__ == "__main__":
    main()
