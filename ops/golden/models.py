"""Golden models: small random checkpoints of each model family, and what transformers and peft compute on them.

Run, from anywhere:

    python ops/golden/models.py                                    # writes policy/src/test/resources/golden/<family>/
    python ops/golden/models.py --check-adapter DIR --family qwen2 # does peft agree with an adapter that Java wrote?

with Python 3.11, torch 2.15.0, transformers 5.24.0, peft 0.21.2, safetensors 0.8.0, numpy 2.4.6. With these
versions and one CPU class the files come out the same bytes every time. Building, testing and running marft needs none
of this: the files are in git.

A family's folder holds

    config.json, generation_config.json, model-0000?-of-0000?.safetensors, model.safetensors.index.json
        a float32 checkpoint in several shards, as save_pretrained writes it
    peft-adapter/           an adapter (r 4, alpha 8, all seven projections), as peft's save_pretrained writes it
    expected.json           token sequences and what belongs to them; `tensors` below are in expected.safetensors
      rounding              the greatest difference of a logit of `sequences` from its float64 value
      sequences[i]          tokens, positions; tensor sequences.i.logits [positions, vocabulary]
      greedy[i]             prompt, eosTokenIds (empty: nothing ends it), maxNewTokens, tokens (the end token included),
                            smallestGap; tensor greedy.i.gaps [tokens], best logit minus second best
      actions[i]            prompt, action; tensors actions.i.logprobs.T, actions.i.entropies.T [action] for each T of
                            temperatures; actions.i.hidden [hidden], after the final norm at the prompt's last position
      lora.tokens           tensor lora.logits [tokens, vocabulary], with the adapter on
      lora.gradients        terms of prompt, action, logprobWeights w, entropyWeights v; tensors gradients.NAME, of
                            L = sum over terms of (sum_i w_i logp_i + sum_i v_i H_i), NAME as in adapter_model.safetensors

and qwen2-bfloat16/ the qwen2 model as one bfloat16 file, with the logits of its weights widened to float32.

--check-adapter DIR expects in DIR, beside adapter_config.json and adapter_model.safetensors, a file
expected-logits.safetensors of float32 tensors: `tokens` [length] (ids as floats) and `logits` [length, vocabulary] with
the adapter on. Exit codes: 0 peft agrees within 1e-4, 1 it does not, 2 wrong usage.
"""

import argparse
import json
import pathlib
import re
import shutil
import sys
import warnings

import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, PreTrainedModel, logging

from expectations import Expected, adapter_expectations, expectations, logits, sequence_expectations, with_adapter
from families import Family, families, family

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "policy/src/test/resources/golden"
SHARD_SIZE = "150KB"
TOLERANCE = 1e-4


def write(family: Family, folder: pathlib.Path) -> None:
    remove_former(folder)
    model = family.model()
    model.save_pretrained(folder, max_shard_size=SHARD_SIZE)
    expected = expectations(family, model)
    tuned = with_adapter(family, model)
    save_adapter(tuned, folder / "peft-adapter")
    adapter_expectations(family, tuned, expected)
    save_expected(expected, folder)


def write_bfloat16(family: Family, folder: pathlib.Path) -> None:
    remove_former(folder)
    model = family.model().bfloat16()
    model.config.dtype = "bfloat16"
    model.save_pretrained(folder)
    # Not model.float(): bfloat16() has rounded the rotary angles too, which no reader of the file would do.
    save_expected(sequence_expectations(family, load(folder)), folder)


def load(folder: pathlib.Path) -> PreTrainedModel:
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()


def remove_former(folder: pathlib.Path) -> None:
    """Only what this program wrote: tokenizer files in the same folder are another's."""
    folder.mkdir(parents=True, exist_ok=True)
    for pattern in ("*.safetensors", "model.safetensors.index.json", "expected.json"):
        for former in folder.glob(pattern):
            former.unlink()
    shutil.rmtree(folder / "peft-adapter", ignore_errors=True)


def save_adapter(tuned: PeftModel, folder: pathlib.Path) -> None:
    tuned.save_pretrained(folder)
    (folder / "README.md").unlink()  # a model card to be filled in
    # peft keeps the targets in a set, whose order changes from run to run.
    path = folder / "adapter_config.json"
    settings = json.loads(path.read_text())
    settings["target_modules"].sort()
    path.write_text(json.dumps(settings, indent=2, sort_keys=True) + "\n")


def save_expected(expected: Expected, folder: pathlib.Path) -> None:
    tensors = {name: tensor.detach().float().contiguous() for name, tensor in expected.tensors.items()}
    save_file(tensors, folder / "expected.safetensors")
    lines = json.dumps(expected.document, indent=1)
    (folder / "expected.json").write_text(numbers_on_one_line(lines) + "\n")


def numbers_on_one_line(text: str) -> str:
    """Lists of numbers, which json.dumps spreads over a line each."""
    import re

    return re.sub(r"\[\s+([-\d.,\s]+?)\s+\]", lambda found: f"[{' '.join(found.group(1).split())}]", text)


def check_adapter(directory: pathlib.Path, base: PreTrainedModel) -> bool:
    """Prints how far peft's logits are from those beside the adapter, and whether that is near enough."""
    written = load_file(directory / "expected-logits.safetensors")
    tokens = written["tokens"].round().long().tolist()
    with torch.no_grad():
        untuned = logits(base, tokens)
        tuned = logits(PeftModel.from_pretrained(base, str(directory)).eval(), tokens)
    if tuned.shape != written["logits"].shape:
        print(f"{directory}: logits are {list(written['logits'].shape)}, peft's are {list(tuned.shape)}")
        return False
    moved = (tuned - untuned).abs().max().item()
    difference = (tuned - written["logits"]).abs().max().item()
    agrees = difference <= TOLERANCE
    print(
        f"{directory}: greatest difference {difference:.2e}, allowed {TOLERANCE:.0e}"
        f" (the adapter moves logits by up to {moved:.2e}): {'agrees' if agrees else 'DIFFERS'}"
    )
    return agrees


def main() -> int:
    parser = argparse.ArgumentParser(description="Writes golden models, or checks an adapter against one.")
    parser.add_argument("--output", type=pathlib.Path, default=GOLDEN, help="folder of the families' folders")
    parser.add_argument("--check-adapter", type=pathlib.Path, metavar="DIR", help="an adapter that Java wrote")
    parser.add_argument("--family", default="qwen2", choices=[each.name for each in families()], help="its base model")
    arguments = parser.parse_args()

    torch.set_num_threads(1)  # sums in one order, whatever machine this is
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    if arguments.check_adapter:
        if not (arguments.check_adapter / "expected-logits.safetensors").is_file():
            parser.error(f"{arguments.check_adapter} has no expected-logits.safetensors")
        return 0 if check_adapter(arguments.check_adapter, load(GOLDEN / arguments.family)) else 1

    for each in families():
        write(each, arguments.output / each.name)
        print(f"wrote {arguments.output / each.name}")
    write_bfloat16(family("qwen2"), arguments.output / "qwen2-bfloat16")
    print(f"wrote {arguments.output / 'qwen2-bfloat16'}")
    return 0


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.exit(main())
