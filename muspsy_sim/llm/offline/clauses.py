"""A client's line cut into clauses, and which of them can be given back.

A clause is verbatim in the line, without lead-ins and tags. `reflectable` turns one to "you" where
it can stand as a statement; `quotable` keeps a short one as it is; both give an empty string where
neither is safe.
"""

from __future__ import annotations

import re

from muspsy_sim.llm.offline.person_shift import shift
from muspsy_sim.records.base import Language


def length_of(text: str, language: Language) -> int:
    """Words in English, characters in Chinese."""
    if language == "zh":
        return len(re.findall(r"[\u4e00-\u9fff]", text))
    return len(text.split())


_SENTENCES = re.compile(r"(?<=[.!?。！？])[”\"’]?\s*|\n+")
_ENGLISH_BREAKS = re.compile(
    r"\s*(?:;|:|—|–| - |\.{3}|…)\s*|,\s*(?=(?:and|but|so|because|then|or|which|yet)\b)"
    r"|,\s*(?=(?:i|i'm|i've|he|she|it|they|it's|that's|my|there's)\b)"
    # "Theo and I" is one subject: a single word before such an `and` has no verb of its own.
    r"|(?<!^\w{3})(?<!^\w{4})(?<!^\w{5})(?<!^\w{6})\s+(?=and (?:i|i'm|i've|i'd)\b)",
    re.IGNORECASE,
)
_ENGLISH_LEADS = re.compile(
    r"^(?:(?:well|so|and|but|or|because|cause|'cause|then|also|even so"
    r"|all the same|still(?=,)|yeah|yes|no|nah|okay|ok|oh|um|uh|er|hm|hmm"
    r"|like|anyway|look|honestly|actually|basically|sure|right|fine|true|mostly|plus|yet"
    r"|to be honest|i mean|i guess|i suppose|i don't know|you know|the thing is|it's just that"
    r"|it's like|for what it's worth|if i'm honest|i dunno|mind you|all in all|on the whole"
    r"|otherwise|apart from that|for all that|in myself|on balance|on top of it"
    r"|with all that|besides|that aside|meanwhile|all the while|i'll be honest|it's also that"
    r"|maybe it's just that|it doesn't help that|taken together)(?:,\s*|\s+(?=\w)|$))+",
    re.IGNORECASE,
)
_ENGLISH_TAILS = re.compile(
    r"(?:,?\s*(?:you know|i guess|i suppose|or something|or whatever|and all that|really|though"
    r"|i mean|to be honest|honestly|anyway|if that makes sense|put it that way|if you like))+$",
    re.IGNORECASE,
)
_CHINESE_LEADS = re.compile(
    r"^(?:(?:…+|要不(?=我)|嗯+|唉|哎呀?|啊|哦|噢|(?:是|对|行|好)(?:啊|呀|的呀?|是)?(?=[，。！])|是啊|对啊|对呀|对对|可不嘛?|那可不|没错(?=[，。])"
    r"|比方说|好比说?|就说前阵子|像前阵子|(?:就说)?有一回(?=，)|说一件吧|我想得起来的|头一个想到的|像这样的|要不就是|还有的时候|换一天"
    r"|这阵子(?=，)|这几天(?=，)|这礼拜(?=，)|这些天(?=，)|天天这么着|老这么着|弄到现在|眼下(?=，)|到现在(?=，)|到了这会儿"
    r"|搞半天|说穿了|讲老实话|我跟(?:你|您)(?:讲|说)|你莫笑|你听我说|您听着啊|您猜怎么着|要不说呢|咋说呢|说白了|中吧|照规程|话说回来"
    r"|其实|就是说|然后就|然后|而且|但是|但|可是呢?|不过呢?|所以|因为|反正|可能|也许|说实话"
    r"|说真的|怎么说呢|怎么说|是的|好像|后来|比如说|比如|主要是|只是|呃|按说|按理说?|照理说?|怎么讲|这么讲|大体上|(?:那个|那|可|结果|就是)(?=我|就|他|她)"
    r"|对$|那$)[，、…！]?)+"
)
_CHINESE_TAILS = re.compile(r"(?:吧|啊|呢|嘛|啦|呀|罢了|而已|(?<!没)什么的|之类的)+$")


def split_clauses(text: str, language: Language) -> list[str]:
    """The clauses of a line, in order, without lead-ins and tags. Each is verbatim in the line."""
    found = []
    for sentence in _SENTENCES.split(text):
        if not sentence or sentence.rstrip('”" ').endswith(("?", "？")):
            continue
        zh = language == "zh"
        pieces = _joined_chinese(sentence) if zh else _ENGLISH_BREAKS.split(sentence)
        found += [c for p in pieces if p and (c := _bare(p, language)) and c in text]
    return found


def _joined_chinese(sentence: str) -> list[str]:
    """Chinese commas come every few words; a piece without a subject joins the one before."""
    pieces: list[str] = []
    sentence = _CHINESE_LEADS.sub("", sentence)
    for found in re.finditer(r"([^，；：—,;]+)([，；：—,;]*)", sentence):
        piece = found.group(1)
        last = pieces[-1] if pieces else ""
        joins = last and last.endswith("，") and not re.match(_CHINESE_FRESH, piece)
        if joins and length_of(last + piece, "zh") <= _WHOLE:
            pieces[-1] = last + piece + found.group(2)[:1]
        elif joins and _LEANS.match(piece) and "，" in last[:-1]:
            # What leans on the words before it takes the last of them along.
            head, _, tail = last[:-1].rpartition("，")
            pieces[-1:] = [f"{head}，", f"{tail}，{piece}{found.group(2)[:1]}"]
        else:
            pieces.append(piece + found.group(2)[:1])
    return pieces


_WHOLE = 22
"""Characters up to which a Chinese sentence is given back as it is."""
_CHINESE_FRESH = re.compile(r"\s*(?:但|可是|不过|所以|因为|而且|如果|要是|结果|后来|反正)")
"""How a piece begins that does not join the one before it. One that begins with `I` or `she` does,
where both are short: half of such a sentence says nothing when it is given back."""


def _bare(piece: str, language: Language) -> str:
    piece = piece.strip(" ,.;:!?…-—–，。！？；：、~“”\"'‘’（）()*")
    leads, tails = (
        (_CHINESE_LEADS, _CHINESE_TAILS) if language == "zh" else (_ENGLISH_LEADS, _ENGLISH_TAILS)
    )
    return tails.sub("", leads.sub("", piece)).strip(" ,，、")


_ENGLISH_SUBJECT = re.compile(
    r"^(?:i|i'm|i've|i'd|i'll|we|we're|we've|he|he's|he'd|she|she's|she'd|it|it's|it'd|they"
    r"|they're|they've|there|there's|nobody|everyone|everybody|everything|nothing|something"
    r"|someone|people|no one|everybody's|nobody's|that's)\b",
    re.IGNORECASE,
)
_ENGLISH_NOUN = re.compile(r"^(?:my|our|the|one|some|most|all|every|half)\b", re.IGNORECASE)
_ENGLISH_WHEN = re.compile(r"^(?:when|whenever|after|every time)\b", re.IGNORECASE)
_SUBJECTS_WITHIN = re.compile(r"\b(?:i|i'm|i've|we|he|she|they|it|it's|my \w+)\b", re.IGNORECASE)
_ENGLISH_VERB = re.compile(
    r"\b(?:is|isn't|are|aren't|was|wasn't|were|has|hasn't|had|have|do|does|doesn't|did|didn't|can"
    r"|can't|won't|will|would|wouldn't|could|couldn't|keeps?|says?|said|goes|went|gets?|got|makes?"
    r"|made|feels?|felt|thinks?|thought|wants?|wanted|knows?|knew|takes?|took|comes?|came|left"
    r"|told|asks?|lost|died|hurts?|works?|looks?|needs?|starts?|stops?|\w{3,}ed"
    r"|\w+'s (?:a|an|the|not|been|got|gone|always|never|so|\w+ing|\w+ed))\b",
    re.IGNORECASE,
)
_ENGLISH_BAD = re.compile(
    r"\b(?:which|that|who|and|but|or|because|the|a|an|to|of|if|when|with|for|in|on|at|than|as|it's"
    r"|i|i'm|my|is|was|like|between|not)$|^(?:it|that) fits\b"
    r"|^(?:i mean|i guess|i don't know|i know|i see|i suppose|i do|i did|i am"
    r"|i think so|i don't|it is|it does|that's (?:it|all|right|fine|true)|i'm not sure|i'm fine"
    r"|it's fine|i'm okay|it's okay|it was|i was|there it is|i can't say)$"
    r"|never told (?:any|no)|haven't told any|said (?:this|that) out loud|hard to say this"
    r"|haven't said|part i left out|isn't easy to say|time i said it|not said before"
    r"|^(?:good )?(?:morning|afternoon)$|^hello$|on repeat|for the record"
    r"|^it's (?:\w+ (?:past|to|o'clock|in the morning)|\d)"
    r"|(?:said|says|thought|think|was like)$|^that's all|^don't make a face|^and no\b|^which\b"
    r"|^(?:yeah,? )?i did say that$|^i (?:should|ought to) (?:say|add|mention)$"
    r"|^it isn't like me$|^i can hear how it sounds$|^it sounds small\b|^i don't keep count$"
    r"|^it's possible\b|^i(?:'d like| want) to do (?:this|that|it)$"
    r"|^it's (?:worst )?when\b|^it (?:comes|gets me) when\b"
    r"|^(?:hard to say|not sure|can't say|couldn't say|nothing comes|not that i know)$"
    r"|^i've (?:felt|looked) better$|^i'm not against it$|^i'd hesitate to\b|^on a good day\b",
    re.IGNORECASE,
)


def reflectable(clause: str, language: Language) -> str:
    """The clause turned to "you" where it can stand as a statement, else an empty string."""
    plain = clause.replace("’", "'")
    length = length_of(plain, language)
    if any(mark in plain for mark in '"“”「」*[]<>{}'):
        return ""
    if language == "zh":
        plain = _shorter_chinese(plain)
        length = length_of(plain, language)
        told = _SAYING.match(plain)
        whole = (
            5 <= length <= _WHOLE and "我" in plain and not told and stands_alone(plain, language)
        )
    else:
        plain = _shorter(plain)
        length = len(plain.split())
        led = (
            _ENGLISH_SUBJECT.search(plain)
            or (_ENGLISH_NOUN.search(plain) and _ENGLISH_VERB.search(plain))
            or (_ENGLISH_WHEN.search(plain) and len(_SUBJECTS_WITHIN.findall(plain)) > 1)
        )
        whole = bool(led) and 3 <= length <= 13 and stands_alone(plain, language)
    if not whole:
        return ""
    turned = shift(plain, language)
    if not turned.safe:
        return ""
    return (
        turned.text if _keeps_capital(plain, language) else turned.text[0].lower() + turned.text[1:]
    )


def in_full(text: str, clause: str) -> str:
    """The English sentence round a short clause, turned to "you", where it is no longer than that.

    A clause of six words cut from twelve often leaves out what it was about. Empty where the
    sentence can't be given back as a whole.
    """
    if len(clause.split()) > _SCRAP:
        return ""
    for sentence in _SENTENCES.split(text):
        plain = _bare(sentence, "en").replace("’", "'") if sentence else ""
        fits = clause in sentence and len(clause.split()) < len(plain.split()) <= _IN_FULL
        marked = any(mark in plain for mark in '"“”;:?—') or bool(_SPLICED.search(plain))
        if fits and not marked and _ENGLISH_SUBJECT.search(plain) and stands_alone(plain, "en"):
            turned = shift(plain, "en")
            return turned.text[0].lower() + turned.text[1:] if turned.safe else ""
    return ""


_SPLICED = re.compile(r",(?! (?:and|but|so|because)\b)")
"""A comma that only sets one sentence beside another."""
_SCRAP, _IN_FULL = 7, 16
"""Words up to which a clause may be a scrap of its sentence, and a sentence is said back whole."""


_CHINESE_BAD = re.compile(
    r"^(?:如果|要是|虽然|就算|哪怕|即使|每次|每当|当|除非|无论|不管|等)|(?:的时候|以后|之后|之前|和|跟|把|被|是)$"
    r"|^(?:我不知道|我知道了|我明白|我想想|我懂|我没事|我还好|我很好|我试试|我觉得吧?|我说)$"
    r"|还是|(?:弄清楚|弄明白|想知道|想问)$|^我[^，]{1,4}叫|我晓得的?$|我懂的?$|^我知道$"
    r"|(?:我|你|他|她|就|都|也|又|还|要|会|得|(?<!说)说|(?<!想)想|(?<!讲)讲|(?<!问)问|觉得)$"
    r"|早晚要[说讲]|一直没说|从哪里?儿?[说讲]起?"
    r"|没迟到|来早了|来晚了|^.?[老师您你]{1,2}好|坐这儿|不用问|别往心里去|怕耽误|就说到这儿"
    r"|^会说|我没疯|差在哪儿|再说两句$|我也说说|还有一点$|没讲完$|^接着讲|^又想起|^绕来绕去|我想到[^，]{1,10}$|那回事$|^说明"
    r"|哪会|哪敢|哪有|何必|找不着头|发觉之前|说不出哪|答不上|讲不来|没往那|没细看|没数过|猜不|不敢乱说|得想想|那会儿就已经|就那样"
    r"|不太想|说得够多|^(?:对，?)?是我[说讲]的"
    r"|没跟.{0,4}人说过|没和.{0,4}人说过|没对.{0,4}人说过|没告诉过|第一次说"
)
_SAYING = re.compile("我就?说")
"""How a Chinese clause begins that reports the client's own words: no statement to tell back."""
_CUT = re.compile(
    r"\s+(?:because|while|until|so that|even though|although|and then"
    r"|and(?=\s+(?:i|i'm|i've|i'd|he|he's|she|she's|it|it's|we|they|there|then|my|nobody)\b))\s+"
    r"|(?<!\blike)(?<!\bnot)(?<!\bis)(?<!\bwas)(?<!\bare)(?<!\bwere)(?<!'m)(?<!'s)(?<!'re)\s+(?:when|if)\s+",
    re.IGNORECASE,
)
"""Where a clause may end. An `and` within a phrase joins two halves of one thing."""


_WITH_ITS_WHEN = 13
"""Words up to which a clause keeps its when or its if: without it, it may say nothing."""


def _shorter(clause: str) -> str:
    """A clause of more than 10 words without its last subordinate part, where one can be cut."""
    words = len(clause.split())
    if words <= 10:
        return clause
    for found in reversed(list(_CUT.finditer(clause))):
        whole = words <= _WITH_ITS_WHEN and found.group().strip().lower() in ("when", "if")
        if 4 <= len(clause[: found.start()].split()) <= 14 and not whole:
            return clause[: found.start()].rstrip(" ,")
    return clause


_LEANS = re.compile(r"\s*(?:是|才|就|都|也|又|却|被|把|有一|还|再|那|所以|的)")
"""How a Chinese piece begins that completes the one before it."""
_ONLY_A_NOUN = re.compile(r"(?:的[^，]{1,6}|那[只个件天张条回次][^，]{0,3})$")


def _shorter_chinese(clause: str) -> str:
    """A clause too long to be said back, without its last pieces, where what is left stands.

    What can be said back whole is left whole: the heart of a Chinese sentence is mostly at its end.
    """
    pieces = clause.split("，")
    kept = len(pieces)
    for n in range(len(pieces) - 1, 0, -1):
        head = "，".join(pieces[:n])
        whole = not _LEANS.match(pieces[n]) and not _ONLY_A_NOUN.search(head)
        if whole and "我" in head and length_of(head, "zh") >= 8:
            kept = n
    return clause if length_of(clause, "zh") <= _WHOLE else "，".join(pieces[:kept])


def _keeps_capital(clause: str, language: Language) -> bool:
    first = clause.split(maxsplit=1)[0] if clause else ""
    return language == "zh" or not (
        _ENGLISH_SUBJECT.match(clause)
        or _ENGLISH_WHEN.match(clause)
        or first.lower() in ("my", "our", "the", "one", "some", "most", "all")
    )


def quotable(clause: str, language: Language) -> str:
    """A short verbatim phrase, or an empty string."""
    length = length_of(clause, language)
    low, high = (4, 14) if language == "zh" else (3, 6)
    if any(mark in clause for mark in '"“”「」*[]<>{}') or not low <= length <= high:
        return ""
    dangling = language == "en" and _ENGLISH_WHEN.search(clause)
    return clause if stands_alone(clause, language) and not dangling else ""


_BAD: dict[Language, re.Pattern[str]] = {"en": _ENGLISH_BAD, "zh": _CHINESE_BAD}


def stands_alone(clause: str, language: Language) -> bool:
    """Whether a clause is neither cut off, subordinate, a courtesy nor a mere lead-in."""
    return not _BAD[language].search(clause.replace("’", "'"))


def notable(clause: str, language: Language) -> bool:
    """Whether a clause is worth a note: whole, neither a scrap nor a speech."""
    length = length_of(clause, language)
    low, high = (5, 40) if language == "zh" else (3, 24)
    if clause.count('"') % 2 or clause.count("“") != clause.count("”"):
        return False
    return low <= length <= high and stands_alone(clause, language)
