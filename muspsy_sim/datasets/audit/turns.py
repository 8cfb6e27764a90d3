"""Rules over one dialogue's turns: who speaks after whom, what stands in them, in what language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from muspsy_sim.datasets.audit.cues import Cues, cues_of
from muspsy_sim.datasets.audit.finding import Finding, Rule, found
from muspsy_sim.formats.corpora.language import HAN
from muspsy_sim.records.corpus import CorpusSession, Dialogue, Utterance

EMPTY_DIALOGUE = Rule(
    "empty-dialogue", "error", "structure", "a dialogue without a turn", "leave it out"
)
EMPTY_TURN = Rule(
    "empty-turn", "error", "structure", "a turn without text", "leave the dialogue out, or cut it"
)
ONE_PARTY = Rule(
    "one-party",
    "error",
    "structure",
    "only the client, or only the counselor, speaks",
    "leave it out: there is nothing to answer, or nobody who does",
)
NON_ALTERNATION = Rule(
    "non-alternation",
    "warning",
    "structure",
    "one party speaks twice in a row",
    "join the turns, or tell the trainer: most templates want user and assistant in turn",
)
ENDS_ON_CLIENT = Rule(
    "ends-on-client",
    "warning",
    "structure",
    "the last turn is the client's, which some trainers drop without a word",
    "cut the last turn, or keep it for evaluation",
)
UNKNOWN_SPEAKER = Rule(
    "unknown-speaker",
    "warning",
    "structure",
    "a turn of neither client nor counselor",
    "decide whose it is before training; never by its place",
)
ROLE_MARK = Rule(
    "role-mark",
    "error",
    "structure",
    "a role mark, an end mark or a template's mark stands inside a turn",
    "split the turn where the mark is right, or take the mark out",
)
THINK = Rule(
    "think-inside",
    "error",
    "leak",
    "thinking aloud stands inside a turn",
    "take it out before anybody else reads or learns it",
)
FAREWELL_LOOP = Rule(
    "farewell-loop",
    "warning",
    "content",
    "both parties go on saying goodbye",
    "cut the dialogue after the first farewells",
)
ROLE_INVERSION = Rule(
    "role-inversion",
    "warning",
    "content",
    "a party speaks as the other",
    "read the place; leave the dialogue out where the roles are swapped",
)
WRONG_LANGUAGE = Rule(
    "wrong-language",
    "warning",
    "content",
    "a turn in another language than the dialogue",
    "leave it out, or translate it",
)
RISK = Rule(
    "risk-content",
    "note",
    "content",
    "self-harm or suicide is spoken of",
    "see that the counselor's answer is one that you want learnt",
)

RULES = (
    EMPTY_DIALOGUE,
    EMPTY_TURN,
    ONE_PARTY,
    NON_ALTERNATION,
    ENDS_ON_CLIENT,
    UNKNOWN_SPEAKER,
    ROLE_MARK,
    THINK,
    FAREWELL_LOOP,
    ROLE_INVERSION,
    WRONG_LANGUAGE,
    RISK,
)

LOOP = 5
"""Farewells in a row from which it is a loop: a thank-you and a goodbye each are four."""

_SHORT = 60
"""Characters up to which a turn that says goodbye does nothing else, for Chinese; twice that for
English, whose words take about twice the characters."""

_MARK = re.compile(
    r"(?:^|[\s。！？.!?”\"])"
    r"(?:client|counsell?or|therapist|consultant|user|assistant|seeker|supporter"
    r"|来访者|(?:心理)?咨询师|求助者|支持者)(?:（[^）]{1,12}）)?\s*[:：](?!//)"
    r"|\[/?END\]|<\|[a-z_]+\|>|#{5,}",
    re.IGNORECASE,
)
_THINK = re.compile(r"</?(?:think|thinking|reasoning|scratchpad)\b[^>]*>", re.IGNORECASE)
_LATIN = re.compile(r"[A-Za-z]{2,}")

_FROM_THE_START = ("run",)
"""Formats of this program's own: there a course's sessions end on whoever spoke last, by design."""

_REPLY_CASES = ("psydial-d101",)


def look(dialogue: Dialogue) -> Iterator[Finding]:
    """All that these rules find in one dialogue."""
    turns = [*dialogue.utterances()]
    if not turns:
        if dialogue.sessions and "dialogue" not in dialogue.extra:
            yield found(EMPTY_DIALOGUE, dialogue, "no turn at all")
        return
    cues = cues_of(dialogue.language)
    yield from _parties(dialogue, turns)
    for session in dialogue.sessions:
        yield from _order(dialogue, session)
        yield from _farewells(dialogue, session, cues)
        for number, turn in enumerate(session.utterances, start=1):
            yield from _turn(dialogue, session, number, turn, cues)


def _parties(dialogue: Dialogue, turns: list[Utterance]) -> Iterator[Finding]:
    speakers = {turn.speaker for turn in turns} - {"other"}
    if len(speakers) == 1:
        who = next(iter(speakers))
        yield found(ONE_PARTY, dialogue, f"only the {who} speaks", turns[0].text)


def _order(dialogue: Dialogue, session: CorpusSession) -> Iterator[Finding]:
    said = session.utterances
    for number in range(1, len(said)):
        before, turn = said[number - 1], said[number]
        if turn.speaker == before.speaker != "other":
            yield found(
                NON_ALTERNATION,
                dialogue,
                f"the {turn.speaker} speaks twice in a row",
                turn.text,
                session=session.number,
                turn=number + 1,
                line=turn.line,
            )
    ends = dialogue.format not in (*_REPLY_CASES, *_FROM_THE_START)
    if ends and said and said[-1].speaker == "client":
        yield found(
            ENDS_ON_CLIENT,
            dialogue,
            "the last turn is the client's",
            said[-1].text,
            session=session.number,
            turn=len(said),
            line=said[-1].line,
        )


def _turn(
    dialogue: Dialogue, session: CorpusSession, number: int, turn: Utterance, cues: Cues
) -> Iterator[Finding]:
    def here(rule: Rule, message: str, words: str = "") -> Finding:
        return found(
            rule,
            dialogue,
            message,
            words or turn.text,
            session=session.number,
            turn=number,
            line=turn.line,
        )

    if not turn.text.strip():
        yield here(EMPTY_TURN, "no text")
        return
    if turn.speaker == "other":
        yield here(UNKNOWN_SPEAKER, f"the role {turn.role!r} is neither party's")
    mark = _MARK.search(turn.text)
    if mark:
        yield here(ROLE_MARK, f"{mark[0].strip()!r} stands in the text", _around(turn.text, mark))
    thought = _THINK.search(turn.text)
    if thought:
        yield here(THINK, f"{thought[0]} stands in the text", _around(turn.text, thought))
    pattern = {"client": cues.client_as_counselor, "counselor": cues.counselor_as_client}.get(
        turn.speaker
    )
    inverted = pattern.search(turn.text) if pattern else None
    if inverted:
        yield here(ROLE_INVERSION, f"the {turn.speaker} speaks as the other: {inverted[0]!r}")
    if _foreign(turn.text, dialogue.language):
        yield here(WRONG_LANGUAGE, f"not {dialogue.language}, as the dialogue is")
    if turn.speaker == "client":
        risk = cues.risk.search(turn.text)
        if risk:
            yield here(RISK, f"{risk[0]!r}")


def _farewells(dialogue: Dialogue, session: CorpusSession, cues: Cues) -> Iterator[Finding]:
    longest = _SHORT if dialogue.language == "zh" else 2 * _SHORT
    row = 0
    for number, turn in enumerate([*session.utterances, None], start=1):
        if turn is not None and len(turn.text) <= longest and cues.farewell.search(turn.text):
            row += 1
            continue
        if row >= LOOP:
            first = session.utterances[number - 1 - row]
            yield found(
                FAREWELL_LOOP,
                dialogue,
                f"{row} farewells in a row",
                first.text,
                session=session.number,
                turn=number - row,
                line=first.line,
            )
        row = 0


def _foreign(text: str, language: str | None) -> bool:
    """Whether a turn is in another language: names and loan words are not enough."""
    if language == "en" and HAN.search(text):
        han = len(HAN.findall(text))
        return han >= 4 and han > len(_LATIN.findall(text))
    if language == "zh" and _LATIN.search(text):
        latin = len(_LATIN.findall(text))
        return latin >= 4 and latin > len(HAN.findall(text))
    return False


def _around(text: str, match: re.Match[str]) -> str:
    return text[max(0, match.start() - 40) : match.end() + 60]
