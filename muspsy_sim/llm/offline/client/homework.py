"""What the offline client says of what it had agreed to try: by its outcome, and once."""

from __future__ import annotations

from muspsy_sim.llm.offline.client.draft import Draft
from muspsy_sim.llm.offline.client.material import ClientMaterial, pattern
from muspsy_sim.llm.offline.client.scene import Scene
from muspsy_sim.llm.offline.client.wording import content
from muspsy_sim.records.profile import Moment


def homework_name(material: ClientMaterial, text: str) -> str:
    """What the client calls what was agreed: by the name it was given, else by what it is."""
    names = material.homework
    return name_given(material, text) or next(
        (n.name for n in names if pattern(n.cue).search(text)), names[-1].name
    )


def name_given(material: ClientMaterial, text: str) -> str | None:
    """The name that a counselor's words give to a task, as the counselor put it."""
    found = (pattern(cue).search(text) for cue in material.task_names)
    return next((named.group(1) for named in found if named), None)


def report(scene: Scene, draft: Draft) -> None:
    """Say what came of it; briefly where that has been said in this session."""
    work = scene.view.homework
    if work is None:
        draft.add(scene.first_line("homework_none", "homework_again", most=draft.left))
        return
    if work.outcome == "set":
        draft.add(scene.first_line("homework_open", "homework_again", most=draft.left))
        return
    pool = f"homework_{work.outcome}"
    if scene.lately(f"{pool}_more", len(scene.mine)):
        draft.add(scene.line("homework_again", draft.left))
        return
    moment: Moment = "homework_not_done" if work.outcome == "not_done" else "homework_done"
    if work.outcome != "partly" and scene.rng.random() < 0.6:
        draft.add(scene.voice(moment, draft.left))
    if not draft.parts:
        name = name_given(scene.material, scene.heard.said) or homework_name(
            scene.material, work.text
        )
        draft.add(scene.frame(pool, name, draft.left))
    if not draft.parts or (draft.free > 0 and draft.left > 5):
        more = scene.line(f"{pool}_more", draft.left)
        if more and not content(more) & content(" ".join(draft.parts)):
            draft.add(more)
