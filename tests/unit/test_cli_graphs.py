"""Arms to look at: every node is drawn once as its own, and the Mermaid text holds together."""

from __future__ import annotations

import re

import pytest

from muspsy_sim.cli.entry import run_command_line
from muspsy_sim.graphs.drawing import COLOURS, draw, mermaid
from muspsy_sim.graphs.spec import END, arm_names, edges_of, load_arm
from muspsy_sim.graphs.wiring import flow_of, wire

ARMS = (
    "bare",
    "dismissive",
    "full",
    "last-note",
    "neither",
    "no-memory",
    "no-planning",
    "waitlist",
)


def text_of(lines: list[list[object]]) -> str:
    return "\n".join("".join(word.text for word in line) for line in lines)  # type: ignore[attr-defined]


def drawn(*lines: str) -> str:
    return text_of(draw(flow_of(edges_of(list(lines)))))  # type: ignore[arg-type]


def test_all_arms_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["graphs", "list"]) == 0
    out = capsys.readouterr().out
    rows = {line.split()[0]: line.split() for line in out.splitlines() if line[:2].strip()}
    assert set(ARMS) <= set(rows)
    assert rows["full"][1:4] == ["notes", "turn", "attuned"]
    assert rows["waitlist"][1:5] == ["-", "-", "-", "Control:"]
    assert rows["dismissive"][4] == "Control:"
    assert rows["bare"][3] == "-"


@pytest.mark.parametrize("name", arm_names())
def test_an_arm_is_shown_with_every_node_and_what_it_drops(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(["graphs", "show", name]) == 0
    out = capsys.readouterr().out
    arm = load_arm(name)
    session, course = wire(arm)
    nodes = set(course) | (set(session) if "session" in course else set())
    for node in nodes - {END}:
        assert re.search(rf"\b{node}\b", out)
        assert re.search(rf"^  {node} +(client|counselor|appraiser|framework) ", out, re.MULTILINE)
    for node in arm.dropped:
        assert not re.search(rf"^  {node} +(client|counselor|framework) ", out, re.MULTILINE)
        assert node in out.partition("dropped")[2]
    assert ("session: none is held" in out) == ("session" not in course)


@pytest.mark.parametrize("name", arm_names())
def test_every_edge_is_in_the_drawing(name: str) -> None:
    for flow in wire(load_arm(name)):
        lines = text_of(draw(flow))  # type: ignore[arg-type]
        for a, b, data in flow.edges(data=True):
            for answer in data["when"]:
                assert re.search(rf"[├└] .*\b{answer}\b.* → {b}\b", lines), (a, b, lines)
        inline = [w for line in draw(flow) for w in line if w.party]
        starts = {w.text for w in inline}
        assert starts == set(flow)


def test_a_run_a_choice_and_a_way_back() -> None:
    assert drawn("a -> b -> c", "c -> a when again", "c -> end when over") == (
        "a → b → c\n        ├ again → a\n        └ over → end"
    )


def test_branches_that_join_again() -> None:
    assert drawn("a -> b -> d", "a -> c -> d", "d -> end") == ("a\n├ b → d\n└ c → d\nd → end")


def test_a_bar_goes_on_beside_a_branch_that_divides() -> None:
    assert drawn(
        "a -> b when left",
        "a -> c when right",
        "b -> x when one",
        "b -> y when two",
        "x -> end",
        "y -> end",
        "c -> end",
    ) == ("a\n├ left → b\n│        ├ one → x → end\n│        └ two → y → end\n└ right → c → end")


_NODE = re.compile(r'    ([cs]_[a-z_]+)(?:\["([a-z_]+)"\]:::([a-z]+)|\(\["end"\]\))')
_EDGE = re.compile(r"    ([cs]_[a-z_]+) --[>](?:\|[a-z_ ]+\|)? ([cs]_[a-z_]+)")
_CLASS = re.compile(r"  classDef ([a-z]+) fill:#[0-9a-f]{6},stroke:#[0-9a-f]{6},color:#[0-9a-f]{6}")


@pytest.mark.parametrize("name", arm_names())
def test_mermaid_names_each_node_once_before_its_edges(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(["graphs", "show", name, "--mermaid"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:4] == ["---", f"title: {name}", "---", "flowchart TD"]
    nodes: dict[str, str | None] = {}
    opened = 0
    for line in lines[4:]:
        if node := _NODE.fullmatch(line):
            assert node[1] not in nodes
            nodes[node[1]] = node[3]
        elif edge := _EDGE.fullmatch(line):
            assert {edge[1], edge[2]} <= set(nodes)
        elif re.fullmatch(r"  subgraph (course|session)", line):
            opened += 1
        elif line == "  end":
            opened -= 1
        elif across := re.fullmatch(r"  (c_session) -\.- (s_[a-z_]+)", line):
            assert {across[1], across[2]} <= set(nodes)
        else:
            assert _CLASS.fullmatch(line), line
    assert opened == 0
    assert {party for party in nodes.values() if party} <= set(COLOURS)
    session, course = wire(load_arm(name))
    assert len(nodes) == len(course) + (len(session) if "session" in course else 0)


def test_mermaid_of_an_arm_without_sessions_draws_none() -> None:
    _, course = wire(load_arm("waitlist"))
    assert "subgraph session" not in mermaid("waitlist", None, course)
