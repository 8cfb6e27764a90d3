"""How a client keeps its distance: it puts off, it does not go along, it shows that it was hurt."""

from __future__ import annotations

from muspsy_sim.llm.offline.client.answering import BRIGHT
from muspsy_sim.llm.offline.client.choosing import own
from muspsy_sim.llm.offline.client.draft import Draft
from muspsy_sim.llm.offline.client.scene import Scene
from muspsy_sim.llm.offline.client.wording import ended, first_person, in_language, size

_SUMMING_UP = frozenset({"takeaway", "compared", "keep", "changed", "size", "wrong", "agenda"})


def deflect(scene: Scene, draft: Draft) -> None:
    """Put it off: with what shows of it, in the persona's own guarded words, or in its manner."""
    if scene.heard.kind == "risk":
        draft.add(scene.line("deflect_risk", draft.left))
    elif scene.heard.kind in _SUMMING_UP | BRIGHT:
        # What the hour was like, or what would be good, gives nothing away.
        draft.add(scene.first_line(f"on_{scene.heard.kind}", most=draft.left))
    elif scene.view.hints and scene.rng.random() < 0.55:
        hint = _hint(scene, draft.left)
        if hint and scene.heard.question and draft.sentences_most > 1:
            draft.add(scene.line("evade", draft.left - size(hint)))
        draft.add(hint)
    if not draft.parts and scene.rng.random() < 0.5:
        draft.add(scene.voice("guarded", draft.left))
    if not draft.parts:
        mannered = f"deflect_{scene.manner}" if scene.rng.random() < 0.4 else "deflect"
        draft.add(scene.first_line(mannered, "deflect", "more", most=draft.left))
    if draft.free > 0 and scene.rng.random() < 0.4:
        draft.add(scene.line("coda_guarded", draft.left))


def _hint(scene: Scene, most: int) -> str | None:
    """What shows of a thing that is held back, where it is said by the client itself."""
    for hint in scene.view.hints:
        if not in_language(hint, scene.language):
            continue
        text = ended(hint, scene.language)
        if scene.fits(text, most) and (scene.view.lines or first_person(hint, scene.language)):
            return text
    return None


_RESISTED = {
    "advice": "resist_advice",
    "task": "resist_advice",
    "reassure": "resist_advice",
    "dismiss": "resist_dismiss",
}


def resist(scene: Scene, draft: Draft) -> None:
    """Not go along with what was asked, advised or said."""
    if scene.rng.random() < 0.5:
        draft.add(scene.voice("doubt", draft.left))
    if not draft.parts:
        mannered = f"resist_{scene.manner}" if scene.rng.random() < 0.5 else "resist"
        pool = _RESISTED.get(scene.heard.kind, mannered)
        if scene.heard.question and pool in ("resist", mannered):
            pool = "resist_question" if scene.rng.random() < 0.6 else mannered
        draft.add(scene.first_line(pool, "resist", "deflect", most=draft.left))
    if draft.free > 0 and scene.rng.random() < 0.45:
        if scene.current and scene.rng.random() < 0.5:
            own(scene, draft, "why", 1.2)
        else:
            draft.add(scene.line("coda_guarded", draft.left))


def hurt(scene: Scene, draft: Draft) -> None:
    """Show that something stung, or that a repair has not mended it yet."""
    if scene.rng.random() < 0.65:
        draft.add(scene.voice("hurt", draft.left))
    if not draft.parts:
        pool = "hurt_still" if scene.heard.kind == "repair" else "hurt"
        draft.add(scene.first_line(pool, "hurt", "resist", most=draft.left))
    if draft.free > 0 and scene.rng.random() < 0.4:
        draft.add(scene.line("coda_guarded", draft.left))
