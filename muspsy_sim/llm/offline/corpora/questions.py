"""Whether a client's turn answers a counselor's, as far as word lists go.

The offline client's ear says what kind of question it was. A question of when wants a time, one of
a feeling a feeling, one of whether a yes, a no or the matter again; to any, not knowing is an answer.
"""

from __future__ import annotations

import re
from random import Random

from muspsy_sim.llm.offline.client.heard import hear
from muspsy_sim.llm.offline.client.wording import content
from muspsy_sim.llm.offline.corpora.material import corpus_material
from muspsy_sim.llm.offline.listening import hear as overhear
from muspsy_sim.records.base import Language

_YES_OR_NO = frozenset({"yesno", "check", "permission", "task"})
_PUT_OFF: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"don't know|not sure|no idea|can't say|couldn't (?:say|tell)|hard to say|an answer|"
        r"how to put|rather not|lost track|can't put|never thought|can't tell|don't want to",
        re.IGNORECASE,
    ),
    "zh": re.compile("不知道|说不|不好说|不清楚|没想过|不想说|答不上|不晓得|记不|难说|讲不|没法说"),
}
_TIMES: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:since|ago|years?|months?|weeks?|days?|nights?|mornings?|evenings?|always|never|"
        r"when|before|after|long(?:er)?|last|while|lately|usually|every|once|mostly|sometimes|"
        r"first|start(?:s|ed)?|now|at \w+|on \w+days?)\b",
        re.IGNORECASE,
    ),
    "zh": re.compile("[年月天周日夜晚早午]|时候|以前|一直|从|之后|最近|每|久|那阵|刚|现在|有时|开始|小时|刻"),
}
_SHORT: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:yes|yeah|yep|no|nope|not|never|maybe|perhaps|sometimes|sort of|kind of|suppose|"
        r"guess|could|might|probably|a bit|right|true|okay|ok|all right|sure|in a way|of course|"
        r"i'?ll|i can|i do|i did|i don't|depends)\b",
        re.IGNORECASE,
    ),
    "zh": re.compile("是|对|嗯|有|没|不|可能|也许|算|好|行|会|能|大概|差不多|试|想"),
}
_FELT: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:f(?:eel|elt|eels)|like|heavy|empty|flat|numb|tired|tight|nothing|sick|small|cold|"
        r"relieved|fine|all right|bad|worse|better|scared|angry|sad|low|lonely|ashamed|guilt\w*|"
        r"stupid|worn|afraid|worried|hollow|stuck|lost)\b",
        re.IGNORECASE,
    ),
    "zh": re.compile("感|觉得|难受|难过|慌|闷|累|沉|空|烦|怕|气|委屈|麻|堵|好|不舒服|心|像|紧|愧|丢脸|孤|急"),
}
_OWN: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"\b(?:i|i'\w+|my|me|it|it's|that's|that|we|there)\b", re.IGNORECASE),
    "zh": re.compile("[我他她它这那]|自己|没|不|就|也"),
}


def answers(asked: str, reply: str, language: Language) -> bool:
    """Whether the reply answers, refuses or puts off what was asked; a statement asks nothing."""
    if not reply.strip():
        return False
    heard = hear(asked, language)
    if not asked.strip() or not heard.question:
        return True
    plain = reply.replace("’", "'")
    if _PUT_OFF[language].search(plain):
        return True
    if plain.rstrip("”\"").endswith(("?", "？")) and len(re.findall(r"[.!?。！？]", plain)) == 1:
        return False
    near = bool(content(asked) & content(reply))
    if heard.kind == "when":
        return bool(_TIMES[language].search(plain))
    if heard.kind == "feeling":
        felt = overhear(reply, language).feelings
        return bool(felt) or bool(_FELT[language].search(plain))
    if heard.kind in _YES_OR_NO:
        return near or bool(_SHORT[language].search(plain))
    return near or bool(_OWN[language].search(plain))


def hedge(asked: str, language: Language, rng: Random) -> str:
    """What can be said to a question to which the story holds no answer."""
    kind = hear(asked, language).kind
    hedges = corpus_material(language).hedges
    if kind in ("when", "feeling"):
        return rng.choice(hedges["when" if kind == "when" else "feeling"])
    return rng.choice(hedges["yesno" if kind in _YES_OR_NO else "other"])
