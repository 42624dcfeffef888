"""Numbers that the published reference implementation's formulas give, for the trainer's `reference` mode.

Needs numpy only. Written from the formulas of docs/marft.md and of the paper (arXiv 2504.16129), and by other means than the
Java it judges: advantages come from a system of linear equations instead of a recursion, and slopes from central
differences instead of derivatives.
"""

import argparse
import json
import math
import pathlib
import re
from collections.abc import Callable

import numpy

OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "trainer-service/src/test/resources/golden/reference.json"
SEED = 20250416
CLIP, ENTROPY_COEFFICIENT, HUBER = 0.2, 0.01, 10.0
STEP = 1e-5  # of a central difference: its error is some 1e-10 here

# name, agents, steps of each episode, whether the last episode ends with the buffer, γ, λ, tokens of the longest action
ROLLOUTS = [
    ("one episode of one step", 2, [1], True, 0.99, 0.95, 6),
    ("one episode of three steps", 3, [3], True, 0.99, 0.95, 9),
    ("an open end", 2, [2], False, 0.99, 0.95, 5),
    ("several episodes", 2, [1, 3, 2], True, 0.99, 0.95, 7),
    ("several episodes and an open end", 4, [2, 1, 1], False, 0.9, 0.7, 4),
    ("one agent", 1, [1, 1, 2], True, 0.95, 1.0, 8),
    ("no trace", 3, [2, 2], True, 0.5, 0.0, 3),
]


def rounded(values: numpy.ndarray, digits: int = 4) -> numpy.ndarray:
    """Inputs are written with few digits, so that the file holds exactly what was computed with."""
    return numpy.round(values, digits)


def rollout(random: numpy.random.Generator, case: tuple) -> dict:
    name, agents, episodes, closed, gamma, lam, longest = case
    steps = sum(episodes)
    # masks[t + 1] is 0 where the episode ended with step t; the buffer opens with a 1.
    masks = numpy.ones(steps + 1)
    masks[numpy.cumsum(episodes)] = 0
    if not closed:
        masks[-1] = 1
    # docs/marft.md: the last agent is always paid.
    rewards = numpy.zeros((steps, agents))
    rewards[:, -1] = rounded(random.uniform(-1, 1, steps))
    lengths = random.integers(1, longest + 1, (steps + 1, agents))
    tokens = [[rounded(random.normal(0, 1, length)) for length in row] for row in lengths]
    actions = [[rounded(random.normal(0, 1, 1)) for _ in row] for row in lengths]
    case = dict(name=name, episodes=episodes, closed=closed, gamma=gamma, **{"lambda": lam})
    case |= dict(rewards=rewards, masks=masks)
    case["action"] = dict(values=actions) | credit(rewards, actions, masks, gamma, lam)
    case["token"] = dict(values=tokens) | credit(rewards, tokens, masks, gamma, lam)
    return case


def credit(rewards: numpy.ndarray, values: list, masks: numpy.ndarray, gamma: float, lam: float) -> dict:
    """Advantages and returns of one level, as the solution of A(i) − λ d(i) A(i+1) = r(i) + d(i) V(i+1) − V(i).

    d(i) is γ between the tokens of an action (docs/marft.md: the reference has no γ_token), γ·masks[t+1] behind the last agent
    of step t and γ·masks[t] between its agents (docs/marft.md: the previous step's flag).
    """
    steps, agents = rewards.shape
    flat, paid, discount = [], [], []
    for t in range(steps):
        for a in range(agents):
            length = len(values[t][a])
            flat += list(values[t][a])
            paid += [0.0] * (length - 1) + [rewards[t, a]]
            discount += [gamma] * (length - 1) + [gamma * masks[t + 1 if a == agents - 1 else t]]
    value = numpy.array(flat)
    after = numpy.append(value[1:], values[steps][0][0])
    discount = numpy.array(discount)
    delta = numpy.array(paid) + discount * after - value
    system = numpy.eye(len(value)) - lam * numpy.diag(discount[:-1], 1)
    advantage = numpy.linalg.solve(system, delta)
    shape = [[len(values[t][a]) for a in range(agents)] for t in range(steps)]
    return dict(advantages=nested(advantage, shape), returns=nested(advantage + value, shape))


def nested(flat: numpy.ndarray, shape: list) -> list:
    parts = iter(numpy.split(flat, numpy.cumsum([length for row in shape for length in row])[:-1]))
    return [[next(parts) for _ in row] for row in shape]


def normalisations(random: numpy.random.Generator) -> list:
    """docs/marft.md: joint, exact zeros left out — of mean and deviation, that is; they are then shifted like the rest."""
    cases = []
    for count, zeros in [(8, 0), (12, 5), (30, 9), (6, 4)]:
        advantages = rounded(random.normal(0.3, 2, count))
        advantages[random.permutation(count)[:zeros]] = 0
        counted = advantages[advantages != 0]
        normal = (advantages - numpy.mean(counted)) / (numpy.std(counted) + 1e-8)
        cases.append(dict(advantages=advantages, normalised=normal))
    return cases


def ratios(random: numpy.random.Generator) -> list:
    """An action's log-probability: its tokens' sum, or that by the number of its tokens or words."""
    cases = []
    for length, words in [(1, 1), (5, 3), (12, 7), (9, 9), (20, 11)]:
        old = rounded(-random.exponential(1, length))
        new = rounded(numpy.minimum(old + random.normal(0, 0.1, length), 0))
        case = dict(words=words, oldLogProbs=old, logProbs=new)
        for mode, divisor in [("sum", 1), ("token", length), ("word", words)]:
            log_ratio = (math.fsum(new) - math.fsum(old)) / divisor
            ratio = math.exp(log_ratio)
            case[mode] = dict(
                logProb=math.fsum(new) / divisor,
                ratio=ratio,
                clipped=min(max(ratio, 1 - CLIP), 1 + CLIP),
                approxKl=ratio - 1 - log_ratio,
            )
        cases.append(case)
    return cases


def policy_losses(random: numpy.random.Generator) -> list:
    """Units are the actions or the action tokens of all agents of a minibatch."""
    cases = []
    for units, spread in [(1, 0.1), (6, 0.05), (24, 0.3), (60, 1e-4)]:
        old = rounded(-random.exponential(2, units), 6)
        new = rounded(numpy.minimum(old + random.normal(0, spread, units), 0), 6)
        advantages = rounded(random.normal(0, 1, units))
        entropies = rounded(random.exponential(1, units))

        def loss(log_probs: numpy.ndarray, entropy: numpy.ndarray) -> float:
            ratio = numpy.exp(log_probs - old)
            surrogate = numpy.minimum(ratio * advantages, numpy.clip(ratio, 1 - CLIP, 1 + CLIP) * advantages)
            return float(numpy.mean(-surrogate - ENTROPY_COEFFICIENT * entropy))

        log_ratio = new - old
        cases.append(
            dict(
                logProbs=new,
                oldLogProbs=old,
                advantages=advantages,
                entropies=entropies,
                loss=loss(new, entropies),
                approxKl=float(numpy.mean(numpy.exp(log_ratio) - 1 - log_ratio)),
                clipFraction=float(numpy.mean(numpy.abs(numpy.exp(log_ratio) - 1) > CLIP)),
                byLogProb=slope(lambda x: loss(x, entropies), new),
                byEntropy=slope(lambda x: loss(new, x), entropies),
            )
        )
    return cases


def value_losses(random: numpy.random.Generator) -> list:
    """Huber's loss of R − V is quadratic within δ and linear above; docs/marft.md: in the reference it is zero below −δ."""

    def huber(error: numpy.ndarray) -> numpy.ndarray:
        return numpy.select(
            [error > HUBER, error < -HUBER], [HUBER * (error - HUBER / 2), numpy.zeros_like(error)], error**2 / 2
        )

    cases = []
    for units, spread in [(1, 0.5), (8, 0.5), (40, 1), (40, 15)]:
        old = rounded(random.normal(0, 1, units))
        new = rounded(old + random.normal(0, 0.3, units))
        returns = rounded(old + random.normal(0, spread, units))

        def loss(values: numpy.ndarray) -> float:
            held = old + numpy.clip(values - old, -CLIP, CLIP)
            return float(numpy.mean(numpy.maximum(huber(returns - held), huber(returns - values))))

        held = old + numpy.clip(new - old, -CLIP, CLIP)
        below = numpy.minimum(returns - held, returns - new) < -HUBER
        cases.append(
            dict(
                values=new,
                oldValues=old,
                returns=returns,
                # Without an error below −δ the formula is the usual one.
                errorsBelow=int(below.sum()),
                loss=loss(new),
                byValue=slope(loss, new),
            )
        )
    return cases


def slope(function: Callable[[numpy.ndarray], float], at: numpy.ndarray) -> numpy.ndarray:
    by = numpy.zeros_like(at)
    for i in range(len(at)):
        up, down = at.copy(), at.copy()
        up[i] += STEP
        down[i] -= STEP
        by[i] = (function(up) - function(down)) / (2 * STEP)
    return by


def plain(value: object) -> object:
    """What json can write, results with 12 digits."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, numpy.ndarray)):
        return [plain(each) for each in value]
    if isinstance(value, (float, numpy.floating)):
        return float(f"{float(value):.12g}")
    return value


def main() -> None:
    parser = argparse.ArgumentParser(description="Writes what the reference implementation's formulas come to.")
    parser.add_argument("--output", type=pathlib.Path, default=OUTPUT)
    output = parser.parse_args().output
    random = numpy.random.default_rng(SEED)
    document = dict(
        clip=CLIP,
        entropyCoefficient=ENTROPY_COEFFICIENT,
        huber=HUBER,
        rollouts=[rollout(random, case) for case in ROLLOUTS],
        normalisations=normalisations(random),
        ratios=ratios(random),
        policyLosses=policy_losses(random),
        valueLosses=value_losses(random),
    )
    text = json.dumps(plain(document), indent=1)
    text = re.sub(r"\[\s+([-\de.,\s]+?)\s+\]", lambda found: f"[{' '.join(found.group(1).split())}]", text)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(text + "\n")
    print(f"wrote {output}, {len(text) // 1024} KiB")


if __name__ == "__main__":
    main()
