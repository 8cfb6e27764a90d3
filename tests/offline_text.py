"""What the offline text is like, measured from recorded episodes and nothing else.

English words are runs of letters and digits with their apostrophes. Chinese is measured by the
character, save for turn length, which counts the words that jieba finds (dictionary alone, no
guessing). Run `python -m tests.offline_text` for the table: the demo, and twelve clients by seven
arms.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import combinations, pairwise
from pathlib import Path
from statistics import median

from muspsy_sim.personas.summaries import list_profiles
from muspsy_sim.records.base import Language
from muspsy_sim.records.episode import Episode, Session, Turn
from muspsy_sim.records.strict_yaml import load_strict
from muspsy_sim.runs.orchestrator import run
from muspsy_sim.runs.plan import plan_run
from muspsy_sim.runs.recipe import Recipe
from muspsy_sim.runs.store import episodes

ARMS = ["full", "no-memory", "neither", "dismissive", "neutral", "nodding", "advice-only"]
SIDES = ("client", "counselor")
FIRST = 500
"""Tokens of an episode's side over which distinct-2 is taken."""
MINIMAL = 3
"""Words up to which a turn is a minimal response."""
SHORT = {"en": 3, "zh": 4}
"""Words (Chinese: characters) up to which a sentence is a short acknowledgement, free to return."""

_WORD = re.compile(r"[a-z0-9]+(?:['’][a-z]+)*")
_HAN = re.compile(r"[\u3400-\u9fff]")
_SENTENCE = re.compile(r"[^.!?。！？…]+")
_OPENING = {
    "en": re.compile(
        r"(?:yes|yeah|yep|aye|right|true|exactly|agreed|sure|okay|ok|absolutely|definitely|of course"
        r"|indeed|fair enough|all right|fine|i agree|i think so|that's (?:right|true|it|fair|so|about right)"
        r"|that makes sense|makes sense|that fits|you're right|you've got|i suppose so|can't argue"
        r"|i think you're right|spot on|quite|that is so|it is so)(?![\w'])",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        r"(?:嗯|对|是的|是啊|是这|是呀|是吧|好(?:的|吧|啊|，|。|嘞|呀)|行(?:，|。|吧|啊|嘞)|可以|没错|确实|当然|有道理|也是|中(?:吧|，|。)"
        r"|说得对|你说得对|您说得对|同意|那可不|可不是|就是(?:这|，|。|啊)|说得是|差不多是)"
    ),
}
_BROKEN = re.compile(
    r"[{}<>\[\]*_`|\\]|\b(?:None|null|undefined|nan)\b|[“\"「]\s*[”\"」]|[,，、;；:：]\s*[,，。.;；!?！？]"
    r"|(?<!\.)\.\.(?!\.)|。。|？？|！！|[。！？]，|\s[,.!?;]|  |^[,.，。、;；:：]|[,，、:：;；]$|\( *\)"
)
_LATIN = re.compile(r"[A-Za-z][A-Za-z']*")
LATIN_IN_CHINESE = frozenset({"ok", "ppt", "kpi", "app", "ct", "k", "a", "b", "vip", "wifi"})
"""Latin words that Chinese speech has; any other is of the wrong language."""
_BACK = {
    "en": re.compile(
        r"\blast (?:time|session|week)\b|\bwe (?:had )?(?:agreed|settled)\b", re.IGNORECASE
    ),
    "zh": re.compile("上次|上回|上周|约好|约定|说好"),
}


def tokens(text: str, language: Language) -> list[str]:
    """English words, lower case; Chinese characters, and runs of Latin letters and digits."""
    if language == "en":
        return _WORD.findall(text.lower().replace("’", "'"))
    return re.findall(r"[\u3400-\u9fff]|[a-z0-9]+", text.lower())


@lru_cache(maxsize=1)
def _jieba() -> object:
    import jieba

    jieba.setLogLevel(60)
    jieba.initialize()
    return jieba


@lru_cache(maxsize=65536)
def words(text: str, language: Language) -> int:
    """How many words a turn has: the unit of turn length in both languages."""
    if language == "en":
        return len(tokens(text, language))
    cut = _jieba().cut(text, HMM=False)  # type: ignore[attr-defined]
    return sum(1 for word in cut if _HAN.search(word) or word.isalnum())


def turns(episode: Episode, side: str) -> list[Turn]:
    """All turns of one side, in order, intake left out."""
    return [t for s in episode.sessions for t in s.turns if t.speaker == side]


def sentences(text: str) -> list[str]:
    """Sentences without case and punctuation."""
    cut = (
        re.sub(r"[^0-9a-z\u3400-\u9fff]+", " ", s.lower()).strip() for s in _SENTENCE.findall(text)
    )
    return [s for s in cut if s]


def returning(episode: Episode, side: str) -> list[str]:
    """Sentences that one side says twice in one session, short acknowledgements left out."""
    found: list[str] = []
    for session in episode.sessions:
        said = [x for t in session.turns if t.speaker == side for x in sentences(t.text)]
        count = Counter(said)
        found += [
            f"{episode.id} s{session.number}: {x}"
            for x, n in count.items()
            if n > 1 and len(tokens(x, episode.language)) > SHORT[episode.language]
        ]
    return found


def grams(turns_: Iterable[Turn], n: int, language: Language) -> Iterator[tuple[str, ...]]:
    """All n-grams, none across two turns."""
    for turn in turns_:
        have = tokens(turn.text, language)
        yield from zip(*(have[i:] for i in range(n)), strict=False)


def distinct_2(episode: Episode, side: str) -> float | None:
    """Different bigrams by bigrams over the side's first 500 tokens; None where it says nothing."""
    have: list[tuple[str, ...]] = []
    left = FIRST
    for turn in turns(episode, side):
        found = tokens(turn.text, episode.language)[:left]
        left -= len(found)
        have += pairwise(found)
    return len(set(have)) / len(have) if have else None


def shared_5grams(by_persona: dict[str, list[Episode]]) -> dict[tuple[str, str], float]:
    """For each two clients of a language: shared 5-grams by those of the one who has fewer."""
    have = {
        p: set().union(*(set(grams(turns(e, "client"), 5, e.language)) for e in es))
        for p, es in by_persona.items()
    }
    return {
        (a, b): len(have[a] & have[b]) / max(1, min(len(have[a]), len(have[b])))
        for a, b in combinations(sorted(by_persona), 2)
        if by_persona[a][0].language == by_persona[b][0].language
    }


def every_text(episode: Episode) -> Iterator[tuple[str, str]]:
    """Whatever offline wrote in an episode, and where."""
    for session in episode.sessions:
        for turn in session.turns:
            yield turn.id, turn.text
            if turn.plan:
                yield f"{turn.id} plan", turn.plan.aim
                yield f"{turn.id} plan", turn.plan.reason
        if session.note:
            for statement in session.note.statements():
                yield f"s{session.number} note", statement.text
            yield f"s{session.number} note", session.note.session_goal
        if session.client_memory:
            yield f"s{session.number} memory", session.client_memory.text
        if session.plan:
            yield f"s{session.number} plan", session.plan.goal
            yield f"s{session.number} plan", session.plan.focus


def broken(episode: Episode) -> list[str]:
    """Template marks, empty slots, doubled stops and words of the wrong language."""
    found = []
    for where, text in every_text(episode):
        bad = _BROKEN.search(text)
        if not bad and episode.language == "en" and _HAN.search(text):
            bad = _HAN.search(text)
        if not bad and episode.language == "zh":
            strange = [w for w in _LATIN.findall(text) if w.lower() not in LATIN_IN_CHINESE]
            if strange:
                found.append(f"{episode.id} {where}: {strange[0]!r} in {text}")
        if bad:
            found.append(f"{episode.id} {where}: {bad.group()!r} in {text}")
    return found


def lengths(es: Sequence[Episode]) -> list[int]:
    """Words of each client turn."""
    return [words(t.text, e.language) for e in es for t in turns(e, "client")]


def minimal_share(es: Sequence[Episode]) -> float:
    """Client turns of at most three words, by client turns."""
    have = lengths(es)
    return sum(n <= MINIMAL for n in have) / len(have)


def agreement_share(es: Sequence[Episode]) -> float:
    """Client turns that open with agreement, by client turns."""
    have = [(t.text, e.language) for e in es for t in turns(e, "client")]
    return sum(bool(_OPENING[lang].match(text)) for text, lang in have) / len(have)


def uptake(es: Sequence[Episode], away: int = 0) -> float:
    """Counselor turns (not the first) that hold a telling word of the client's turn before them.

    `away`: how many client turns further back the words are taken from instead, for comparison.
    """
    hits = total = 0
    for e in es:
        for session in e.sessions:
            have = session.turns
            for n in range(2, len(have)):
                if have[n].speaker != "counselor" or n - 1 - 2 * away < 0:
                    continue
                total += 1
                hits += bool(
                    _telling(have[n].text, e.language)
                    & _telling(have[n - 1 - 2 * away].text, e.language)
                )
    return hits / max(1, total)


_COMMON = frozenset(
    [
        "that",
        "this",
        "with",
        "what",
        "have",
        "your",
        "you're",
        "it's",
        "there",
        "when",
        "from",
        "they",
        "them",
        "would",
        "could",
        "about",
        "just",
        "like",
        "then",
        "than",
        "some",
        "been",
        "were",
        "don't",
        "doesn't",
        "didn't",
        "isn't",
        "wasn't",
        "i'm",
        "i've",
        "i'd",
        "you've",
        "you'd",
        "something",
        "nothing",
        "anything",
        "thing",
        "things",
        # Where something is, and what every speaker begins with, tells nothing of what it was.
        *("where", "down", "right", "back", "here", "over", "into", "still", "only", "even"),
        *("that's", "there's", "what's", "i'll", "can't"),
    ]
)


def _telling(text: str, language: Language) -> frozenset[str]:
    if language == "en":
        return frozenset(w for w in tokens(text, "en") if len(w) > 3 and w not in _COMMON)
    have = re.findall(r"[\u3400-\u9fff]+", text)
    return frozenset(
        a + b + c for run in have for a, b, c in zip(run, run[1:], run[2:], strict=False)
    )


def homework_asked(es: Sequence[Episode]) -> tuple[int, int]:
    """Sessions after one that set homework: those that ask about it by name, and all of them."""
    asked = total = 0
    for e in es:
        for before, after in _followed(e):
            name = _name_of(before, e.language)
            if not name:
                continue
            total += 1
            opening = [t.text for t in after.turns[:6] if t.speaker == "counselor"]
            asked += any(name in text.lower() for text in opening)
    return asked, total


def reminders(es: Sequence[Episode]) -> list[str]:
    """Counselor turns that speak of what an earlier session agreed on."""
    return [
        f"{e.id} {t.id}: {t.text}"
        for e in es
        for s in e.sessions
        for t in s.turns[:4]
        if t.speaker == "counselor" and _BACK[e.language].search(t.text)
    ]


def _followed(e: Episode) -> Iterator[tuple[Session, Session]]:
    held = [s for s in e.sessions if s.turns]
    yield from pairwise(held)


def _name_of(session: Session, language: Language) -> str:
    """The name of the homework set in a session, where one was."""
    from muspsy_sim.llm.offline.counselor_material import material
    from muspsy_sim.llm.offline.counselor_scene import set_homework

    said = [t.text for t in session.turns if t.speaker == "counselor"]
    task = set_homework(material(language), said)
    return task.name.lower() if task else ""


def lasting_farewells(es: Sequence[Episode], sessions: int) -> list[str]:
    """Last planned sessions whose counselor says that it will see the client again, or sets work."""
    again = {
        "en": re.compile(
            r"next week|next time(?! it)|until we meet|before we next meet|next appointment|we meet next"
            r"|see you (?:next|then|soon|at|in)",
            re.IGNORECASE,
        ),
        "zh": re.compile("下周|下次|下回|下一次|再见面"),
    }
    return [
        f"{e.id} {t.id}: {t.text}"
        for e in es
        for s in e.sessions
        if s.week == sessions
        for t in s.turns
        if t.speaker == "counselor" and again[e.language].search(t.text)
    ]


def courses(folder: Path, recipe: Recipe) -> list[Episode]:
    """Run a recipe offline and read its episodes."""
    outcome = asyncio.run(run(plan_run(recipe), folder))
    return list(episodes(outcome.run))


def demo(folder: Path) -> list[Episode]:
    """The demo's sixteen courses."""

    return courses(folder, load_strict(Path("runs/demo.yaml"), Recipe))


def grid(folder: Path, seeds: Sequence[int] = (0,)) -> list[Episode]:
    """Every client under every arm that has a counselor of its own sort."""
    recipe = Recipe.model_validate(
        {
            "personas": [p.id for p in list_profiles()],
            "arms": ARMS,
            "seeds": list(seeds),
            "sessions": 6,
            "exchanges": 10,
        }
    )
    return courses(folder, recipe)


def by(es: Iterable[Episode], what: str) -> dict[str, list[Episode]]:
    """Episodes by `arm`, `persona` or `language`."""
    found: dict[str, list[Episode]] = defaultdict(list)
    for e in es:
        found[getattr(e, what)].append(e)
    return dict(found)


def table(es: Sequence[Episode]) -> list[str]:
    """All figures of some episodes, a line each."""
    out = []
    for side in SIDES:
        back = [x for e in es for x in returning(e, side)]
        low = min((d, e.id) for e in es if (d := distinct_2(e, side)) is not None)
        out.append(
            f"{side}: sentences that return {len(back)}; least distinct-2 {low[0]:.2f} ({low[1]})"
        )
        out += [f"    {x}" for x in back[:4]]
    shared = shared_5grams(by(es, "persona"))
    if shared:
        pair, most = max(shared.items(), key=lambda kv: kv[1])
        out.append(f"most shared 5-grams {most:.3f} ({' / '.join(pair)})")
    bad = [x for e in es for x in broken(e)]
    out.append(f"template marks, empty slots, wrong language: {len(bad)}")
    out += [f"    {x}" for x in bad[:6]]
    for persona, mine in sorted(by(es, "persona").items()):
        talk = mine[0].profile.temperament.talkativeness
        out.append(
            f"{persona:20} talks {talk:.2f}: median turn {median(lengths(mine)):4.1f} words, "
            f"minimal {minimal_share(mine):.1%}, agreement openings {agreement_share(mine):.1%}"
        )
    for arm, mine in by(es, "arm").items():
        asked, of = homework_asked(mine)
        out.append(
            f"{arm:12} minimal {minimal_share(mine):.1%}, agreement {agreement_share(mine):.1%}, "
            f"median {median(lengths(mine)):.0f}, uptake {uptake(mine):.0%} "
            f"({uptake(mine, 2):.0%} two client turns earlier), homework asked {asked} of {of}, "
            f"reminders {len(reminders(mine))}, 'see you again' in the last hour {len(lasting_farewells(mine, 6))}"
        )
    return out


def main() -> None:
    """Print the table for the demo and for the grid."""
    with tempfile.TemporaryDirectory() as folder:
        for name, make in (("demo", demo), ("twelve clients by seven arms", grid)):
            es = make(Path(folder) / name.replace(" ", "-"))
            for language in ("en", "zh"):
                mine = [e for e in es if e.language == language]
                print(f"── {name}, {language}: {len(mine)} courses")
                print("\n".join(table(mine)))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
