"""Arms: what `extends` and `drop` make of a graph, and what is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from muspsy_sim.graphs import compile as compiling
from muspsy_sim.graphs import spec
from muspsy_sim.graphs.nodes import NODES
from muspsy_sim.graphs.spec import END, arm_names, load_arm
from muspsy_sim.graphs.wiring import effective_levels, wire
from muspsy_sim.records.content import content_root
from muspsy_sim.records.errors import MuspsyError

SHIPPED = [
    "advice-only",
    "bare",
    "dismissive",
    "full",
    "graph-memory",
    "last-note",
    "neither",
    "neutral",
    "no-memory",
    "no-planning",
    "nodding",
    "random-plan",
    "scrambled-recall",
    "scripted",
    "search-memory",
    "sham-recall",
    "transcript",
    "waitlist",
]
CONTROLS = {
    "advice-only",
    "dismissive",
    "neutral",
    "nodding",
    "random-plan",
    "scrambled-recall",
    "scripted",
    "sham-recall",
    "waitlist",
}


@pytest.fixture
def graphs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the content in which a test can write graphs."""
    root = content_root()
    for folder in ("agents", "graphs", "personas", "runs"):
        shutil.copytree(root / folder, tmp_path / folder, ignore=shutil.ignore_patterns("offline"))
    monkeypatch.setenv("MUSPSY_CONTENT", str(tmp_path))
    load_arm.cache_clear()
    compiling.compile_arm.cache_clear()
    yield tmp_path / "graphs"
    load_arm.cache_clear()
    compiling.compile_arm.cache_clear()


def test_the_arms_that_ship_are_the_ones_named() -> None:
    assert arm_names() == SHIPPED
    assert {name for name in SHIPPED if load_arm(name).control} == CONTROLS


@pytest.mark.parametrize("name", SHIPPED)
def test_every_arm_that_ships_is_whole_and_compiles(name: str) -> None:
    arm = load_arm(name)
    session, course = wire(arm)
    for dropped in arm.dropped:
        assert dropped not in session
        assert dropped not in course
    compiled = compiling.compile_arm(name)
    assert ("session" in compiled.nodes) == (name != "waitlist")


def test_dropping_a_node_joins_what_was_round_it() -> None:
    session, course = wire(load_arm("neither"))
    assert session.graph["start"] == "respond"
    assert session.has_edge("speak", "respond")
    assert session.edges["speak", "respond"]["when"] == {"again"}
    assert course.edges["open", "session"]["when"] == {"attended"}
    assert list(course.successors("session")) == ["reflect"]


def test_waitlist_lives_its_weeks_without_a_session() -> None:
    _, course = wire(load_arm("waitlist"))
    assert course.edges["open", "between"]["when"] == {"attended", "absent"}


@pytest.mark.parametrize(
    ("name", "recall", "plan"),
    [
        ("full", "notes", "turn"),
        ("no-memory", "none", "turn"),
        ("no-planning", "notes", "none"),
        ("neither", "none", "none"),
        ("last-note", "last", "session"),
        ("bare", "none", "none"),
        ("search-memory", "search", "turn"),
        ("graph-memory", "graph", "turn"),
        ("transcript", "transcript", "turn"),
        ("sham-recall", "sham", "turn"),
        ("scrambled-recall", "scrambled", "turn"),
        ("random-plan", "notes", "random"),
    ],
)
def test_levels_follow_what_is_dropped(name: str, recall: str, plan: str) -> None:
    levels = effective_levels(load_arm(name))
    assert (levels.recall, levels.plan) == (recall, plan)


def test_linear_runs_and_forks_are_fused_into_one_step() -> None:
    session, course = wire(load_arm("full"))
    assert [s.name for s in compiling.steps_of(session).values()] == [
        "recall+plan+respond+appraise+feel+speak"
    ]
    steps = compiling.steps_of(course)
    after = steps["plan_first"]
    assert after.stages[-1] == (("remember", "plan_next"), ("reflect",)) or after.stages[-1] == (
        ("reflect",),
        ("remember", "plan_next"),
    )


REFUSED = {
    "cycle": (
        {"a": "name: a\nabout: x\nextends: b\n", "b": "name: b\nabout: x\nextends: a\n"},
        ["circle", "a -> b -> a", "b.yaml"],
    ),
    "itself": ({"a": "name: a\nabout: x\nextends: a\n"}, ["circle"]),
    "unknown parent": ({"a": "name: a\nabout: x\nextends: ful\n"}, ["no arm 'ful'", "'full'"]),
    "required node dropped": (
        {"a": "name: a\nabout: x\nextends: full\ndrop: [remember]\n"},
        ["'recall' requires 'remember'", "a.yaml"],
    ),
    "sham without the notes that it is as long as": (
        {"a": "name: a\nabout: x\nextends: sham-recall\ndrop: [remember]\n"},
        ["'recall' requires 'remember'"],
    ),
    "notes on others without the notes in whose place they stand": (
        {"a": "name: a\nabout: x\nextends: scrambled-recall\ndrop: [remember]\n"},
        ["'recall' requires 'remember'"],
    ),
    "feel without appraise": (
        {"a": "name: a\nabout: x\nextends: full\ndrop: [appraise]\n"},
        ["'feel' requires 'appraise'"],
    ),
    "decider dropped": (
        {"a": "name: a\nabout: x\nextends: full\ndrop: [open]\n"},
        ["dropping 'open'", "attended"],
    ),
    "unknown drop": (
        {"a": "name: a\nabout: x\nextends: full\ndrop: [recal]\n"},
        ["drops 'recal'", "recall"],
    ),
    "unreachable": (
        {
            "a": "name: a\nabout: x\nextends: full\nsession:\n"
            "  - respond -> appraise -> feel -> speak\n  - speak -> respond when again\n"
            "  - speak -> end when over\n  - plan -> respond\ndrop: [remember]\n"
        },
        ["'plan' cannot be reached"],
    ),
    "no end": (
        {
            "a": "name: a\nabout: x\nextends: full\nsession:\n"
            "  - respond -> appraise -> feel -> speak\n  - speak -> respond when again\n"
            "  - speak -> appraise when over\ndrop: [remember]\n"
        },
        ["no way leads to `end`"],
    ),
    "answer without a way": (
        {
            "a": "name: a\nabout: x\nextends: full\nsession:\n"
            "  - respond -> appraise -> feel -> speak\n  - speak -> end when over\n"
            "drop: [remember]\n"
        },
        ["'speak' answers again, over"],
    ),
    "unknown node": (
        {
            "a": "name: a\nabout: x\nextends: full\nsession:\n"
            "  - respond -> appraise -> feel -> sing -> speak\n  - speak -> respond when again\n"
            "  - speak -> end when over\ndrop: [remember]\n"
        },
        ["no session node 'sing'", "speak"],
    ),
    "bad line": (
        {"a": "name: a\nabout: x\nextends: full\nsession: [respond to speak]\n"},
        ["is no flow line", "a.yaml:4"],
    ),
    "unknown level": (
        {"a": "name: a\nabout: x\nextends: full\nlevels: {recal: none}\n"},
        ["levels.recal", "did you mean 'recall'"],
    ),
    "wrong level": (
        {"a": "name: a\nabout: x\nextends: full\nlevels: {recall: everything}\n"},
        ["levels.recall", "none"],
    ),
    "unknown key": (
        {"a": "name: a\nabout: x\nextend: full\n"},
        ["a.yaml:3", "extend", "extends"],
    ),
    "another name": ({"a": "name: b\nabout: x\nextends: full\n"}, ["named 'b'", "a.yaml"]),
    "no flow": ({"a": "name: a\nabout: x\n"}, ["names no flow"]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_graph_that_does_not_hold_together_is_refused(graphs: Path, case: str) -> None:
    files, words = REFUSED[case]
    for name, text in files.items():
        (graphs / f"{name}.yaml").write_text(text)
    with pytest.raises(MuspsyError) as caught:
        compiling.compile_arm("a")
    first = str(caught.value).splitlines()[0]
    for word in words:
        assert word in first


def test_a_graph_of_ones_own_runs_what_it_names(graphs: Path) -> None:
    (graphs / "mine.yaml").write_text(
        "name: mine\nabout: planning without notes, all transcripts\nextends: full\n"
        "drop: [remember]\nlevels: {recall: transcript}\n"
    )
    compiled = compiling.compile_arm("mine")
    assert compiled.levels.recall == "transcript"
    assert "remember" not in compiled.nodes


def test_a_random_plan_without_its_node_is_a_plan_of_the_session(graphs: Path) -> None:
    (graphs / "mine.yaml").write_text("name: mine\nabout: x\nextends: random-plan\ndrop: [plan]\n")
    assert compiling.compile_arm("mine").levels.plan == "session"


def test_every_node_is_of_one_flow_and_says_what_it_does() -> None:
    for node in NODES.values():
        assert node.about
        assert node.name != END
    assert spec.edges_of(["a -> b -> c when x"])[0].when is None


IN_ORDER = "[recall -> plan -> respond -> appraise -> feel -> speak, speak -> end when over, "


@pytest.mark.parametrize(
    ("what", "told"),
    [
        (
            "drop: [respond]",
            "drop: 'appraise' requires 'respond' or 'respond_bare', which is dropped or missing",
        ),
        (
            "session: [recall -> plan -> appraise -> respond -> feel -> speak, "
            "speak -> recall when again, speak -> end when over]",
            "session: a way leads to 'appraise' past 'respond' or 'respond_bare'",
        ),
        (
            f"session: {IN_ORDER}speak -> appraise when again]",
            "session: a way leads to 'appraise' past 'respond' or 'respond_bare'",
        ),
        (
            f"session: {IN_ORDER}speak -> speak when again]",
            "session: a way leads to 'speak' past 'feel'",
        ),
    ],
)
def test_nobody_answers_what_was_not_said(graphs: Path, what: str, told: str) -> None:
    (graphs / "odd.yaml").write_text(f"name: odd\nabout: x\nextends: full\n{what}\n")
    with pytest.raises(MuspsyError) as caught:
        wire(load_arm("odd"))
    assert told in str(caught.value)
