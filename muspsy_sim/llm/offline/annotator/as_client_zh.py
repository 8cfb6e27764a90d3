"""A Chinese report's sentence in the words of its client; `as_client` is where it is asked for."""

from __future__ import annotations

import re

from muspsy_sim.llm.offline.annotator.misturned import another_in_chinese
from muspsy_sim.llm.offline.annotator.people import KIN_ZH, Client
from muspsy_sim.llm.offline.annotator.turned import Turned, whole

_ROLES_ZH = "来访者|来询者|求助者|求询者|案主|患者|当事人"
_OTHER_SUBJECT_ZH = re.compile(
    r"[这那此该它其]|他们|她们|大家|有人|一[位名个家]|别人|旁人|医生|老师|同事|同学|朋友|邻居|家里|家中|全家"
    r"|父|母|爸|妈|妻|丈夫|儿|女|哥|姐|弟|妹|爷|奶|孩子|未婚|婚纱|请柬|车间|工作是|客观|自动|局|楼"
    r"|[一二三四五六七八九十\d]+[年位个家]"
)
_ME_FIRST = re.compile(r"(?:[^，,]{0,14}[，,])?[^，,]{0,10}(?<![看给对跟向把让为叫使替由被])我")
"""The client stands where a subject stands: at the beginning, or after a time or a place."""
_QUOTED_ZH = re.compile(r"[“「『][^”」』]*[”」』]")


def chinese_as_client(sentence: str, client: Client, subject: bool) -> Turned | None:
    """A Chinese sentence in the first person, or `None` where that would be a guess."""
    pronoun = {"m": "他", "f": "她"}.get(client.gender, "")
    other = {"m": "她", "f": "他"}.get(client.gender, "他|她")
    outside = _QUOTED_ZH.sub("", sentence)
    if "其" in re.sub("其[他它实余次中]|尤其|极其", "", outside):
        return None
    if another_in_chinese(outside, client):
        return None
    if re.search(f"(?:{other})(?!们)", outside) and not re.search(_others_of(client), outside):
        return None
    kin = "|".join([*([KIN_ZH[client.gender]] if client.gender else []), *client.others])
    # Another person of the same pronoun may stand before it, and could be meant by it.
    unclear = pronoun and kin and re.search(f"(?:{kin}).*{pronoun}(?!们)", outside)
    if unclear and not outside.startswith(pronoun):
        return None
    named = "|".join([*map(re.escape, client.names), _ROLES_ZH])
    turning = f"{named}|{pronoun}(?!们)" if pronoun else named
    pieces, end = [], 0
    for quoted in _QUOTED_ZH.finditer(sentence):
        pieces += [re.sub(turning, "我", sentence[end : quoted.start()]), quoted.group()]
        end = quoted.end()
    text = "".join([*pieces, re.sub(turning, "我", sentence[end:])])
    subjectless = not _ME_FIRST.match(_QUOTED_ZH.sub("", text)) and not _OTHER_SUBJECT_ZH.match(
        text
    )
    if subjectless and subject and "我" not in _QUOTED_ZH.sub("", text):
        text = f"我{text}"
    return Turned(whole(text, "zh"), subjectless)


def _others_of(client: Client) -> str:
    """Words for people of the other gender, whom its pronoun then means."""
    known = {"m": KIN_ZH["f"], "f": KIN_ZH["m"]}.get(client.gender, "")
    return "|".join([*([known] if known else []), *map(re.escape, client.others)]) or "(?!)"


def speaks_of_another(sentence: str) -> bool:
    """Whether a Chinese sentence begins with another subject than its client."""
    return bool(_OTHER_SUBJECT_ZH.match(sentence))
