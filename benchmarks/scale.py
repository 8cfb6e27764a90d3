"""What a corpus of so many clients takes: tokens, GPU time, money, processor, disk. And its parent.

    python benchmarks/scale.py                      the table of docs/scale.md
    python benchmarks/scale.py --out-tokens 500 --prefill 20000 --decode 4000
    python benchmarks/scale.py --parent 55000       plan, run.yaml and dealing measured here

Every figure that is not measured here is an option with its name. Nothing is asked of a model.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

from muspsy_sim.records.profile import Profile

CLIENTS = (1_400, 55_000, 10_000_000)


def arguments(asked: Sequence[str] | None = None) -> argparse.Namespace:
    """The parameters, with those of docs/scale.md where none is given."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for name, default, about in (
        ("exchanges", 58.4, "exchanges of a course: 6 sessions of at most 10"),
        ("calls", 4.30, "calls of an exchange"),
        ("in-tokens", 10_900, "tokens sent in an exchange"),
        ("out-tokens", 500, "tokens answered in an exchange"),
        ("cached", 0.88, "share of what is sent that a prefix cache keeps"),
        ("prefill", 10_000, "tokens a second that one GPU reads, not cached"),
        ("decode", 2_000, "tokens a second that one GPU writes, all requests together"),
        ("price-in", 0.15, "money for a million tokens sent, not cached"),
        ("price-cached", 0.075, "money for a million tokens sent, cached"),
        ("price-out", 0.60, "money for a million tokens answered"),
        ("call-seconds", 1.5, "seconds that a call takes, as one course sees it"),
        ("at-once", 256, "courses at once"),
        ("call-ms", 1.0, "processor milliseconds of a call, everything included"),
        ("kilobytes", 336, "kB of an episode and its journal"),
    ):
        parser.add_argument(f"--{name}", type=float, default=default, help=f"{about} ({default:g})")
    parser.add_argument("--parent", type=int, default=0, metavar="EPISODES")
    return parser.parse_args(asked)


def table(given: argparse.Namespace) -> list[tuple[str, list[float]]]:
    """The rows: what one course takes, then so many."""
    exchanges, calls = given.exchanges, given.exchanges * given.calls
    sent, made = exchanges * given.in_tokens, exchanges * given.out_tokens
    fresh = sent * (1 - given.cached)
    money = (
        fresh * given.price_in + (sent - fresh) * given.price_cached + made * given.price_out
    ) / 1e6
    rows = [
        ("calls", calls),
        ("tokens sent, million", sent / 1e6),
        ("of them not cached, million", fresh / 1e6),
        ("tokens answered, million", made / 1e6),
        ("GPU hours: reading", fresh / given.prefill / 3600),
        ("GPU hours: writing", made / given.decode / 3600),
        ("GPU hours", (fresh / given.prefill + made / given.decode) / 3600),
        ("money at the API prices given", money),
        (
            f"hours on the wall, {given.at_once:g} courses at once",
            _alone(given) / given.at_once / 3600,
        ),
        ("processor hours of the framework", calls * given.call_ms / 3.6e6),
        ("GB of episodes and journals", given.kilobytes / 1e6),
    ]
    return [(name, [one, *(one * n for n in CLIENTS)]) for name, one in rows]


def _alone(given: argparse.Namespace) -> float:
    """Seconds on the wall of one course.

    The four calls of an exchange wait for each other; those between sessions hardly count.
    """
    return float(given.exchanges * 4 * given.call_seconds)


def asked_of_the_server(given: argparse.Namespace) -> str:
    """What so many courses at once ask of it, if each call is answered in its time."""
    one = dict(table(given))
    courses = given.at_once / _alone(given)
    answered = courses * one["tokens answered, million"][0] * 1e3
    return (
        f"{given.at_once:g} courses at once ask {told(courses * one['calls'][0])} calls and "
        f"{told(answered)} thousand answered tokens a second, "
        f"or {told(courses * one['GPU hours'][0] * 3600)} GPUs"
    )


def told(value: float) -> str:
    """Three figures that count."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _kilobytes(profiles: list[Profile]) -> float:
    """What one more profile takes in memory, over 20 copies of each."""
    texts = [profile.model_dump_json() for profile in profiles]
    tracemalloc.start()
    held = [Profile.model_validate_json(text) for text in texts for _ in range(20)]
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return size / len(held) / 1000


def parent(episodes: int) -> None:
    """Plan so many episodes, write and read `run.yaml`, and queue all, each with its seconds."""
    from muspsy_sim.runs.plan import plan_run
    from muspsy_sim.runs.recipe import Recipe
    from muspsy_sim.runs.store import Run, read_run_file, write_run_file
    from muspsy_sim.runs.workers.messages import Order

    def step(name: str, began: float) -> float:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{name:<28}{time.process_time() - began:8.1f} s of the processor{peak:8.0f} MB peak")
        return time.process_time()

    recipe = {"personas": ["all"], "arms": ["full"], "seeds": [0], "sessions": 6}
    profiles = plan_run(Recipe.model_validate(recipe)).profiles
    people = len(profiles)
    began = step("before", time.process_time())
    recipe["seeds"] = list(range(-(-episodes // people)))
    plan = plan_run(Recipe.model_validate(recipe), limit=episodes)
    began = step(f"plan of {len(plan.episodes):,}", began)
    with tempfile.TemporaryDirectory() as folder:
        run = Run(Path(folder))
        write_run_file(run, plan.described())
        began = step(f"run.yaml, {run.file.stat().st_size / 1e6:.1f} MB, written", began)
        read_run_file(run)
        began = step("run.yaml read", began)
    orders = [
        Order(p.id, p.profile, p.arm.use.label, p.seed, recorded=False, go_on=False)
        for p in plan.episodes
    ]
    step(f"{len(orders):,} orders queued", began)
    print(f"{'a profile of its own':<28}{_kilobytes(profiles):8.0f} kB")


def main(asked: Sequence[str] | None = None) -> None:
    """Print the table and what a server must bear for it, or measure the parent."""
    given = arguments(asked)
    if given.parent:
        parent(given.parent)
        return
    heads = ("one course", *(f"{n:,} clients" for n in CLIENTS))
    print(f"| | {' | '.join(heads)} |")
    print("|---|---:|---:|---:|---:|")
    for name, values in table(given):
        print(f"| {name} | {' | '.join(map(told, values))} |")
    print(f"\n{asked_of_the_server(given)}")


if __name__ == "__main__":
    main()
