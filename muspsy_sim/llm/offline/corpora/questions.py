"""Whether a client's turn answers a counselor's, as far as word lists go.

The offline client's ear says what kind of question it was, and word lists what its answer has to
hold: a time, a feeling, the body, a thought, a person, a yes or no. To any question, not knowing is
an answer. Sentences of the complaint that fit none of it are recited, and answer nothing.
"""

from __future__ import annotations

import re
from random import Random

from muspsy_sim.llm.offline.client.heard import hear
from muspsy_sim.llm.offline.client.wording import content
from muspsy_sim.llm.offline.corpora.cast import sentences
from muspsy_sim.llm.offline.corpora.material import corpus_material
from muspsy_sim.records.base import Language

_YES_OR_NO = frozenset({"yesno", "check", "permission", "task", "exception"})
_PUT_OFF: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"don't know|not sure|no idea|can't say|couldn't (?:say|tell)|hard to say|an answer|"
        r"how to put|rather not|lost track|can't put|never thought|can't tell|don't want to",
        re.IGNORECASE,
    ),
    "zh": re.compile("不知道|说不|不好说|不清楚|没想过|不想说|答不上|不晓得|记不|难说|讲不|没法说"),
}
_HOW_LONG: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"\bhow long\b|\bsince when\b|\bwhen (?:did|was|do|does)\b", re.IGNORECASE),
    "zh": re.compile("多久|什么时候开始|从什么时候|多长时间"),
}
_SIGNS: dict[Language, dict[str, re.Pattern[str]]] = {
    "en": {
        "when": re.compile(
            r"\b(?:since|ago|years?|months?|weeks?|days?|nights?|always|longer?|while|lately|"
            r"every|last (?:year|month|week|spring|summer|autumn|winter))\b",
            re.IGNORECASE,
        ),
        "body": re.compile(
            r"\b(?:chest|stomach|throat|my head|my back|shoulders?|hands?|breath\w*|jaw|neck|heart|"
            r"legs?|skin|stone|weight|eat|sleep\w*|slept|awake|tired|shak\w*|tight\w*|body|rash)\b",
            re.IGNORECASE,
        ),
        "feeling": re.compile(
            r"\b(?:f(?:eel|elt|eels)|heavy|empty|flat|numb|tired|sick|relieved|scared|angry|sad|"
            r"low|lonely|ashamed|guilt\w*|stupid|worn|afraid|worried|hollow|stuck|hurts?)\b",
            re.IGNORECASE,
        ),
        "thought": re.compile(
            r"\b(?:think|thought|tell myself|told myself|ought|should|wonder\w*|believe|fault|"
            r"what if|wish\w*)\b|[“\"]",
            re.IGNORECASE,
        ),
        "who": re.compile(
            r"\b(?:he|she|they|nobody|no one|somebody|friends?|wife|husband|mother|father|mum|dad|"
            r"sister|brother|daughter|son|everyone|people|alone|myself|tell|told|knows?)\b",
            re.IGNORECASE,
        ),
        "yesno": re.compile(
            r"^\W*(?:yes|yeah|yep|no|nope|not|never|maybe|perhaps|sometimes|sort of|kind of|"
            r"i suppose|i guess|probably|a bit|right|true|okay|ok|all right|sure|in a way|"
            r"of course|i'?ll|i can|i could|i do|i did|i don't|depends|rarely|hardly|"
            r"there (?:is|was))\b",
            re.IGNORECASE,
        ),
        "hope": re.compile(r"\b(?:i'd like|want|wish|hope|if i could|would)\b", re.IGNORECASE),
        "tried": re.compile(
            r"\b(?:tried|try|used to|stopped|started|went|saw|took|write|wrote|talk\w*|walk\w*|"
            r"pretend\w*)\b",
            re.IGNORECASE,
        ),
    },
    "zh": {
        "when": re.compile("[年月周]|[天夜]了|以前|一直|从|最近|每|久|那阵|好长|开始|礼拜"),
        "body": re.compile("胸|胃|头|背|肩|手|气|心跳|喉|脖|身|疼|痛|睡|醒|吃|累|抖|紧|疹|皮肤|麻"),
        "feeling": re.compile("感|难受|难过|慌|闷|累|沉|空|烦|怕|气|委屈|麻|堵|愧|孤|急|疼|轻松"),
        "thought": re.compile("想|觉得|认为|怪|应该|要是|万一|凭什么|对自己说|怎么会|[“”]|念头"),
        "who": re.compile("[他她]|妈|爸|老公|老婆|爱人|朋友|同事|没人|别人|自己|谁|家里|儿|女"),
        "yesno": re.compile("^[^，。]{0,6}(?:是|对|嗯|有|没|不|可能|也许|算|好|行|会|能|试)"),
        "hope": re.compile("想|希望|要是|能|愿|盼"),
        "tried": re.compile("试|去|吃|看|找|做|忍|躲|停|写|说|讲|走|睡|数"),
    },
}  # fmt: skip
_BY_KIND = {
    "when": "when", "body": "body", "symptom": "body", "feeling": "feeling", "thought": "thought",
    "hardest": "thought", "who": "who", "support": "who", "family": "who", "hope": "hope",
    "behaviour": "tried", "strength": "tried",
}  # fmt: skip
_INVITES = frozenset({"first", "choose", "more", "open", "example", "week", "here", "matter"})
"""Kinds of question to which anything of the story is an answer."""


def wanted(asked: str, language: Language) -> str:
    """What an answer has to hold: a name of the lists, `any` or, for no question, nothing."""
    heard = hear(asked, language)
    if not asked.strip() or not heard.question:
        return ""
    if _HOW_LONG[language].search(asked):
        return "when"
    if heard.kind in _YES_OR_NO:
        return "yesno"
    return _BY_KIND.get(heard.kind, "any")


def fits(asked: str, sentence: str, language: Language) -> bool:
    """Whether one sentence of the client's story answers a question by itself."""
    want = wanted(asked, language)
    if not want or hear(asked, language).kind in _INVITES:
        return True
    if want in ("any", "yesno"):
        return len(content(asked) & content(sentence)) > 0
    return bool(_SIGNS[language][want].search(sentence.replace("’", "'")))


def answers(asked: str, reply: str, complaint: str, language: Language) -> bool:
    """Whether the reply answers, refuses or puts off what was asked; a statement asks nothing."""
    if not reply.strip():
        return False
    want = wanted(asked, language)
    if not want:
        return True
    plain = reply.replace("’", "'")
    if _PUT_OFF[language].search(plain):
        return True
    said = sentences(reply)
    if all(each.endswith(("?", "？")) for each in said):
        return False
    if fits(asked, plain, language):
        return True
    if want in ("when", "yesno"):
        return bool(_SIGNS[language][want].search(plain))
    return any(each.rstrip("。.!！") not in complaint for each in said)


def hedge(asked: str, language: Language, rng: Random) -> str:
    """What can be said to a question to which the story holds no answer."""
    want = wanted(asked, language)
    hedges = corpus_material(language).hedges
    if want == "when":
        return rng.choice(hedges["when"])
    if want == "feeling":
        return rng.choice(hedges["feeling"])
    return rng.choice(hedges["yesno" if want == "yesno" else "other"])
