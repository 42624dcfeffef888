"""What transformers and peft compute on a golden model, as one JSON document and one set of float32 tensors.

Every sequence runs alone and unpadded, in float32 with eager attention, on one thread: what a batched, padded or cached
implementation has to reproduce.
"""

import copy
import dataclasses

import numpy
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import PreTrainedModel

from families import FIRST_SPECIAL_TOKEN, Family, generator, normal

SEQUENCE_LENGTHS = [1, 2, 9, 20, 65, 120]
WHOLE_SEQUENCE = 3  # the index of the one whose logits are kept at every position
GREEDY_PROMPT_LENGTHS = [1, 6, 23, 70]
GREEDY_TOKENS = 64
ACTION_LENGTHS = [(1, 4), (5, 1), (12, 16), (33, 9), (64, 24), (100, 12)]  # prompt, action
TEMPERATURES = [1.0, 0.7]
SMALLEST_GAP = 1e-3
PROJECTIONS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
LORA_RANK, LORA_ALPHA = 4, 8


@dataclasses.dataclass
class Expected:
    document: dict
    tensors: dict[str, torch.Tensor]


def expectations(family: Family, model: PreTrainedModel) -> Expected:
    """Everything but what needs an adapter. The model is left as it was."""
    expected = sequence_expectations(family, model)
    _greedy(family, model, expected)
    _actions(family, model, expected)
    return expected


def logits(model: torch.nn.Module, tokens: list[int]) -> torch.Tensor:
    """[length, vocabulary]"""
    return model(input_ids=torch.tensor([tokens]), use_cache=False).logits[0]


def tokens(family: Family, purpose: str, length: int) -> list[int]:
    return generator(family.seed, purpose).integers(0, FIRST_SPECIAL_TOKEN, length).tolist()


def sequence_expectations(family: Family, model: PreTrainedModel) -> Expected:
    """Logits of a ragged batch."""
    tensors = {}
    kept = []
    noise = 0.0
    exact = copy.deepcopy(model).double()
    for index, length in enumerate(SEQUENCE_LENGTHS):
        sequence = tokens(family, f"sequence {index}", length)
        positions = sorted({0, length // 2, length - 1})
        if index == WHOLE_SEQUENCE:
            positions = list(range(length))
        with torch.no_grad():
            computed = logits(model, sequence)
            noise = max(noise, (computed - logits(exact, sequence)).abs().max().item())
        tensors[f"sequences.{index}.logits"] = computed[positions]
        kept.append({"tokens": sequence, "positions": positions})
    # How far float32 is from float64 here: what a tolerance has to leave room for, twice.
    rounding = float(f"{noise:.1e}")
    return Expected({"attention": "eager", "dtype": "float32", "rounding": rounding, "sequences": kept}, tensors)


def _greedy(family: Family, model: PreTrainedModel, expected: Expected) -> None:
    kept = []
    for length in GREEDY_PROMPT_LENGTHS:
        prompt = tokens(family, f"greedy {length}", length)
        kept.append(_greedy_run(model, prompt, eos=None, index=len(kept), expected=expected))
    # Then one that stops by itself for each token that may end an answer.
    for eos in family.eos_token_ids:
        prompt = _prompt_that_ends_with(family, model, eos)
        kept.append(_greedy_run(model, prompt, eos=family.eos_token_ids, index=len(kept), expected=expected))
    expected.document["greedy"] = kept


def _generate(model: PreTrainedModel, prompt: list[int], eos: list[int] | None) -> list[int]:
    ids = torch.tensor([prompt])
    made = model.generate(
        ids, attention_mask=torch.ones_like(ids), max_new_tokens=GREEDY_TOKENS, do_sample=False, eos_token_id=eos
    )
    return made[0, len(prompt) :].tolist()


def _greedy_run(
    model: PreTrainedModel, prompt: list[int], eos: list[int] | None, index: int, expected: Expected
) -> dict:
    made = _generate(model, prompt, eos)
    with torch.no_grad():
        best = logits(model, prompt + made)[len(prompt) - 1 : -1].topk(2)
    gaps = best.values[:, 0] - best.values[:, 1]
    if best.indices[:, 0].tolist() != made:
        raise AssertionError(f"generate() and a plain forward pass disagree on greedy run {index}")
    if gaps.min() < SMALLEST_GAP:
        raise AssertionError(f"greedy run {index} has a near-tie of {gaps.min():.1e}: choose another seed")
    if eos is None and (len(made) != GREEDY_TOKENS or len(set(made)) < GREEDY_TOKENS // 3):
        raise AssertionError(f"greedy run {index} makes {len(set(made))} different tokens: choose another seed")
    expected.tensors[f"greedy.{index}.gaps"] = gaps
    return {
        "prompt": prompt,
        "eosTokenIds": eos or [],
        "maxNewTokens": GREEDY_TOKENS,
        "tokens": made,
        "smallestGap": round(gaps.min().item(), 6),
    }


def _prompt_that_ends_with(family: Family, model: PreTrainedModel, eos: int) -> list[int]:
    for attempt in range(200):
        prompt = tokens(family, f"ends with {eos}, attempt {attempt}", 8)
        made = _generate(model, prompt, family.eos_token_ids)
        if 3 <= len(made) < GREEDY_TOKENS // 2 and made[-1] == eos:
            return prompt
    raise AssertionError(f"no prompt makes {family.name} end with token {eos}: choose another seed")


def _actions(family: Family, model: PreTrainedModel, expected: Expected) -> None:
    kept = []
    for index, (prompt_length, action_length) in enumerate(ACTION_LENGTHS):
        prompt = tokens(family, f"prompt {index}", prompt_length)
        # Half of them likely, as a policy's own actions are; half of them anything.
        if index % 2 == 0:
            action = _sampled(family, model, prompt, action_length)
        else:
            action = tokens(family, f"action {index}", action_length)
        with torch.no_grad():
            for temperature in TEMPERATURES:
                logprobs, entropies = score(model, prompt, action, temperature)
                expected.tensors[f"actions.{index}.logprobs.{temperature}"] = logprobs
                expected.tensors[f"actions.{index}.entropies.{temperature}"] = entropies
            states = model.model(input_ids=torch.tensor([prompt + action]), use_cache=False).last_hidden_state
        expected.tensors[f"actions.{index}.hidden"] = states[0, prompt_length - 1]
        kept.append({"prompt": prompt, "action": action})
    expected.document["temperatures"] = TEMPERATURES
    expected.document["actions"] = kept


def _sampled(family: Family, model: PreTrainedModel, prompt: list[int], length: int) -> list[int]:
    random = generator(family.seed, f"action of {length}")
    action = []
    with torch.no_grad():
        while len(action) < length:
            chances = logits(model, prompt + action)[-1, :FIRST_SPECIAL_TOKEN].double().softmax(-1).numpy()
            action.append(int(numpy.searchsorted(chances.cumsum(), random.random())))
    return action


def score(
    model: torch.nn.Module, prompt: list[int], action: list[int], temperature: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Log-probability and entropy of each action token under softmax(logits / temperature): two of [action]."""
    at = logits(model, prompt + action)[len(prompt) - 1 : -1]
    distribution = (at / temperature).log_softmax(-1)
    logprobs = distribution.gather(-1, torch.tensor(action)[:, None])[:, 0]
    return logprobs, -(distribution.exp() * distribution).sum(-1)


def with_adapter(family: Family, model: PreTrainedModel) -> PeftModel:
    """The model with a random adapter on every projection, B included."""
    settings = LoraConfig(
        r=LORA_RANK, lora_alpha=LORA_ALPHA, lora_dropout=0.0, target_modules=PROJECTIONS, task_type="CAUSAL_LM"
    )
    tuned = get_peft_model(model, settings).eval()
    with torch.no_grad():
        for name, parameter in _adapter_parameters(tuned).items():
            deviation = 1 / parameter.shape[1] ** 0.5 if ".lora_A." in name else 0.05
            parameter.copy_(normal(family.seed, name, tuple(parameter.shape), deviation))
    return tuned


def adapter_expectations(family: Family, tuned: PeftModel, expected: Expected) -> None:
    """Logits with the adapter on, and gradients of a weighted sum of log-probabilities and entropies."""
    sequence = tokens(family, "adapter sequence", 12)
    with torch.no_grad():
        expected.tensors["lora.logits"] = logits(tuned, sequence)
    actions = [expected.document["actions"][index] for index in (2, 3)]
    terms = [
        action
        | {
            "logprobWeights": _eighths(family, f"w {index}", len(action["action"])),
            "entropyWeights": _eighths(family, f"v {index}", len(action["action"])),
        }
        for index, action in enumerate(actions)
    ]
    loss = torch.zeros(())
    for term in terms:
        logprobs, entropies = score(tuned, term["prompt"], term["action"], temperature=1.0)
        loss = loss + (torch.tensor(term["logprobWeights"]) * logprobs).sum()
        loss = loss + (torch.tensor(term["entropyWeights"]) * entropies).sum()
    tuned.zero_grad()
    loss.backward()
    for name, parameter in _adapter_parameters(tuned).items():
        expected.tensors[f"gradients.{name}"] = parameter.grad.clone()
    expected.document["lora"] = {
        "tokens": sequence,
        "gradients": {"temperature": 1.0, "loss": round(loss.item(), 4), "terms": terms},
    }


def _eighths(family: Family, purpose: str, length: int) -> list[float]:
    """Weights that JSON writes exactly."""
    return (generator(family.seed, purpose).integers(-16, 17, length) / 8).tolist()


def _adapter_parameters(tuned: PeftModel) -> dict[str, torch.nn.Parameter]:
    """The adapter's tensors under the names that PEFT files give them."""
    return {
        name.replace(".default.", "."): parameter for name, parameter in tuned.named_parameters() if "lora_" in name
    }
