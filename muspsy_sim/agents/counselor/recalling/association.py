"""Recall by association: a graph of people, events, beliefs, homework and feelings.

Each statement of a note is joined to what it speaks of, to its session, and to homework that it
shares words with. Personalised PageRank (Page and others 1999; Haveliwala 2002) starts from what
was just said, so that a statement about the same person or feeling comes to mind though it shares
no word, and one that is two steps away comes after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from muspsy_sim.agents.counselor.recalling.pieces import Piece, chosen, newest_first, pieces
from muspsy_sim.agents.counselor.recalling.search import asked, matches
from muspsy_sim.agents.counselor.recalling.terms import terms
from muspsy_sim.agents.counselor.recalling.words import things_in
from muspsy_sim.records.base import Language
from muspsy_sim.records.memory import SessionNote
from muspsy_sim.records.views import Recalled

if TYPE_CHECKING:
    import networkx as nx

    Memory = nx.Graph[Any]

_STAY = 0.85
"""PageRank's damping: the chance to go on instead of starting again, as in the source."""
_SAME_SESSION = 0.2
"""Weight of having been said in one session, beside 1.0 for speaking of the same thing."""
_SHARED_TERMS = 2
"""Terms that a statement must share with a homework to be about it."""


def associated(
    notes: Sequence[SessionNote], heard: Sequence[str], budget: int, language: Language
) -> list[Recalled]:
    """What comes to mind within `budget` tokens; `heard` is this session's lines, newest last."""
    known = pieces(notes)
    graph = memory_graph(known, language)
    for said in asked(heard):
        seeds = seeds_in(graph, known, said, language)
        if seeds:
            return chosen(_ranked(graph, known, seeds), budget)
    newest = newest_first(known)
    seeds = {_node(p): 1.0 for p in newest if p.session == newest[0].session}
    return chosen(_ranked(graph, known, seeds), budget)


def memory_graph(known: Sequence[Piece], language: Language) -> Memory:
    """The graph of these statements. Nodes are tuples whose first part is their kind."""
    import networkx as nx

    graph: Memory = nx.Graph()
    for piece in known:
        graph.add_node(_node(piece))
        graph.add_edge(_node(piece), ("session", piece.session), weight=_SAME_SESSION)
        for thing in things_in(piece.text, language):
            graph.add_edge(_node(piece), thing, weight=1.0)
    for task in known:
        if not task.assigned:
            continue
        homework = ("homework", task.session, task.at)
        graph.add_edge(_node(task), homework, weight=1.0)
        about = set(terms(task.statement.text, language))
        for piece in known:
            later = piece.session > task.session
            if later and len(about.intersection(terms(piece.text, language))) >= _SHARED_TERMS:
                graph.add_edge(_node(piece), homework, weight=1.0)
    return graph


def seeds_in(
    graph: Memory, known: Sequence[Piece], said: str, language: Language
) -> dict[tuple[Any, ...], float]:
    """Where the walk starts: the things named in what was said, and the statements that match it.

    A thing counts 1, the best match 1 and the others in proportion.
    """
    seeds: dict[tuple[Any, ...], float] = {
        thing: 1.0 for thing in things_in(said, language) if thing in graph
    }
    worth = matches(known, said, language)
    best = max(worth, default=0.0)
    for piece, match in zip(known, worth, strict=True):
        if match > 0:
            seeds[_node(piece)] = match / best
    return seeds


def _ranked(
    graph: Memory, known: Sequence[Piece], seeds: dict[tuple[Any, ...], float]
) -> list[Piece]:
    """The statements by their rank, the newer first where two are equal."""
    import networkx as nx

    if not known:
        return []
    rank = nx.pagerank(graph, alpha=_STAY, personalization=seeds, weight="weight")
    return sorted(known, key=lambda p: (-round(rank[_node(p)], 9), -p.session, p.at))


def _node(piece: Piece) -> tuple[str, int, int]:
    return ("statement", piece.session, piece.at)
