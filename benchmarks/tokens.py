"""What one exchange sends and gets, in tokens, by role and prompt: the ground of docs/scale.md.

    python benchmarks/tokens.py runs/demo.yaml --arm full

Runs the recipe offline and estimates the tokens of what would have been sent and of what was
answered, as the framework does where a server counts none. A model's own answers are longer or
shorter than written sentences: look at the completions as an order of magnitude.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections import defaultdict
from pathlib import Path

from muspsy_sim.llm.offline import OfflineModel
from muspsy_sim.llm.seam import Reply, Request
from muspsy_sim.llm.tokens import estimate_prompt_tokens, estimate_tokens
from muspsy_sim.runs.loading import find_recipe, load_recipe, parse_change
from muspsy_sim.runs.orchestrator import run
from muspsy_sim.runs.plan import plan_run
from muspsy_sim.runs.provenance import ROLES


class Estimating:
    """The offline model, and what it was asked and answered, by prompt: calls, tokens in, out."""

    name = "offline"

    def __init__(self) -> None:
        self._inner = OfflineModel()
        self.by_prompt: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])

    async def reply(self, request: Request) -> Reply:
        """Answer, and estimate."""
        reply = await self._inner.reply(request)
        held = self.by_prompt[f"{request.role:<10} {request.key.prompt}"]
        held[0] += 1
        held[1] += estimate_prompt_tokens(request.messages)
        held[2] += estimate_tokens(reply.text)
        return reply


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("recipe")
    parser.add_argument("--arm", default="full")
    chosen = parser.parse_args()
    file = find_recipe(chosen.recipe)
    recipe = load_recipe(file, [parse_change(f"arms=[{chosen.arm}]")])
    plan = plan_run(recipe, base=file.parent)
    model = Estimating()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        outcome = asyncio.run(run(plan, out, overrides=dict.fromkeys(ROLES, model)))
        sent = outcome.progress.count.sent
        sizes = {
            part: sum(f.stat().st_size for f in (out / part).iterdir()) / len(plan.episodes)
            for part in ("episodes", "journal")
        }
    exchanges = model.by_prompt["client     client.speak"][0]
    print(f"{len(plan.episodes)} episodes, {exchanges} exchanges, arm {chosen.arm}")
    print(f"{'role       prompt':<36}{'calls':>8}{'in/call':>9}{'out/call':>9}")
    for name, (calls, given, made) in sorted(model.by_prompt.items()):
        print(f"{name:<36}{calls / exchanges:>8.2f}{given / calls:>9.0f}{made / calls:>9.0f}")
    sums = [sum(held[at] for held in model.by_prompt.values()) / exchanges for at in range(3)]
    print(f"{'an exchange, all of it':<36}{sums[0]:>8.2f}{sums[1]:>9.0f}{sums[2]:>9.0f}")
    again = sum(s.again for s in sent.values()) / max(1, sum(s.characters for s in sent.values()))
    print(f"sent before by the same episode: {again:.0%} of the prompts' characters")
    for part, size in sizes.items():
        print(f"{part}: {size / 1000:.0f} kB an episode")


if __name__ == "__main__":
    main()
