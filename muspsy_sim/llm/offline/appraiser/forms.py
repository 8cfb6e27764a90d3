"""What a part of a turn looks like, whatever it does: asking openly, giving a task, taking leave.

Each question here is answered from the part itself, the part before it, and the cue sheet's forms.
"""

from __future__ import annotations

from muspsy_sim.llm.offline.appraiser.client_line import ClientLine, content_words, shared
from muspsy_sim.llm.offline.appraiser.cues import Cues
from muspsy_sim.llm.offline.appraiser.sentences import Part, clauses


def is_open(part: Part, cues: Cues) -> bool:
    """Whether a question leaves its answer open."""
    forms = cues.forms
    if forms["invitation"].search(part.low):
        return True
    if forms["fact_question"].search(part.low):
        return False
    if cues.language == "zh":
        return forms["open_start"].search(part.low) is not None and not forms["yes_no"].search(
            part.low
        )
    return any(forms["open_start"].match(part.low, start) for start, _ in clauses(part.low, "en"))


def is_task(part: Part, cues: Cues) -> bool:
    """Something concrete, said to the client, with a time to do it in."""
    forms = cues.forms
    if not forms["task"].search(part.low) or forms["vague_task"].search(part.low):
        return False
    if forms["until_next"].search(part.low):
        return True
    return bool(forms["every"].search(part.low) and forms["record"].search(part.low))


def is_offered_task(part: Part, cues: Cues) -> bool:
    """A task put as a proposal ("how about ... this week, that is, to write ...").

    It is a task though it asks: what is asked is whether the client takes it.
    """
    return cues.forms["offered_task"].search(part.low) is not None


def continues_task(part: Part, before: Part | None, cues: Cues) -> bool:
    """A task whose time was named in the sentence before."""
    forms = cues.forms
    return bool(
        before
        and before.sentence != part.sentence
        and forms["until_next"].search(before.low)
        and not forms["vague_task"].search(before.low)
        and not is_task(before, cues)
        and forms["task"].search(part.low)
        and not forms["vague_task"].search(part.low)
    )


def is_command(part: Part, cues: Cues) -> bool:
    """Whether it tells the client what to do, as an imperative."""
    forms = cues.forms
    return bool(forms["command"].match(part.low)) and not forms["continuer"].match(part.low)


def has_leave(part: Part, before: Part | None, cues: Cues) -> bool:
    """Whether a suggestion was asked for, or is the client's to take or leave."""
    forms = cues.forms
    said = part.low if before is None else f"{before.low}\n{part.low}"
    return bool(forms["permission"].search(said)) and not forms["no_leave"].search(part.low)


def turns_away(heard: list[str], client: ClientLine, cues: Cues) -> bool:
    """A change of subject right after pain or a hint at danger."""
    if not heard or not client.has("pain", "risk"):
        return False
    said = "\n".join(heard)
    return bool(
        cues.forms["turn_away"].match(heard[0])
        and not shared(content_words(said, cues), client.content)
    )
