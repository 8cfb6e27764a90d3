"""Clean corpora made by a seeded script, and two dozen kinds of fault planted into them.

A corpus is a list of dialogues of three sessions, half English and half Chinese, each with a
profile and a summary of every session, in two splits. Each fault knows the rules that ought to find
it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from muspsy_sim.records.corpus import CorpusSession, Dialogue, Document, Utterance

EN = {
    "who": [
        "my brother",
        "the landlord",
        "Aunt Vera",
        "the foreman",
        "my neighbour",
        "the choir",
        "my boss",
        "Tom",
    ],
    "did": [
        "sold",
        "painted",
        "lost",
        "counted",
        "hid",
        "borrowed",
        "broke",
        "washed",
        "measured",
        "burnt",
    ],
    "what": [
        "the ladder",
        "the kettle",
        "a letter",
        "the lamps",
        "two coats",
        "the piano",
        "the fence",
        "the maps",
    ],
    "where": [
        "in the cellar",
        "by the canal",
        "at the depot",
        "on the roof",
        "in the attic",
        "at the quay",
    ],
    "when": [
        "on Monday",
        "before lunch",
        "in the rain",
        "after the funeral",
        "at dawn",
        "last winter",
    ],
    "feel": ["cold", "tired", "ashamed", "hollow", "cross", "numb", "uneasy", "small"],
    "ask": [
        "What was hardest about {x}?",
        "Where do you notice {x} most?",
        "Who else knows about {x}?",
        "What would change if {x} stopped?",
        "How long has {x} been with you?",
    ],
    "open": ["Hello, come in.", "Good morning, take a seat.", "Hello, it is good that you came."],
    "close": [
        "We stop here. See you next week.",
        "That is our time; take care.",
        "Goodbye, until next Tuesday.",
    ],
}
ZH = {
    "who": ["我哥哥", "房东", "老姨", "工头", "邻居", "合唱团", "我师傅", "小汤"],
    "did": ["卖了", "刷了", "丢了", "数了", "藏了", "借走了", "打碎了", "洗了", "量了", "烧了"],
    "what": [
        "那架梯子",
        "那把水壶",
        "一封信",
        "几盏灯",
        "两件大衣",
        "那台钢琴",
        "那道篱笆",
        "那些地图",
    ],
    "where": ["在地窖里", "在运河边", "在车场", "在屋顶上", "在阁楼", "在码头"],
    "when": ["星期一", "午饭前", "下雨那阵", "葬礼以后", "天亮时", "去年冬天"],
    "feel": ["发冷", "很累", "羞愧", "空落落", "窝火", "麻木", "不安", "缩成一团"],
    "ask": [
        "{x}最难的是什么？",
        "什么时候{x}最明显？",
        "还有谁知道{x}？",
        "要是没有{x}，会有什么不同？",
        "{x}跟着您多久了？",
    ],
    "open": ["您好，请进。", "早上好，请坐。", "您好，您来了就好。"],
    "close": ["今天先到这里吧，下周见。", "时间到了，您多保重。", "再见，下周二。"],
}


def clean(count: int, seed: int) -> list[Dialogue]:
    """Dialogues without a fault. Even ones are English and odd ones Chinese."""
    return [_dialogue(n, random.Random(f"{seed}:{n}")) for n in range(count)]


def _dialogue(n: int, drawn: random.Random) -> Dialogue:
    zh = n % 2 == 1
    words = ZH if zh else EN
    sessions, papers = [], [_profile(n, zh, drawn)]
    for number in range(1, 4):
        turns, said = _session(number, words, zh, drawn)
        sessions.append(
            CorpusSession(number=number, utterances=turns, extra={"session_number": number})
        )
        papers.append(Document(kind="summary", text=said, session=number))
    split = "test" if n % 5 == 0 else "train"
    return Dialogue(
        id=f"d{n}",
        format="psycheval",
        file=f"{split}/case_{n}.json",
        language="zh" if zh else "en",
        split=split,
        source_case=f"case-{n}",
        sessions=sessions,
        documents=papers,
        extra={"client_id": f"case-{n}", "theoretical": "cbt"},
    )


def _profile(n: int, zh: bool, drawn: random.Random) -> Document:
    age = drawn.randint(22, 70)
    text = f"年龄：{age}，职业：工人 {n}" if zh else f"Age: {age}, occupation: fitter no. {n}"
    return Document(kind="profile", text=text)


def _said(words: dict[str, list[str]], zh: bool, drawn: random.Random) -> str:
    who, did, what, where, when, feel = (
        drawn.choice(words[key]) for key in ("who", "did", "what", "where", "when", "feel")
    )
    if zh:
        return f"{when}{who}{where}把{what}{did}，{drawn.randint(2, 90)}次了，我{feel}。"
    times = drawn.randint(2, 90)
    return f"{when.capitalize()} {who} {did} {what} {where}, {times} times, and I am {feel}."


def _session(
    number: int, words: dict[str, list[str]], zh: bool, drawn: random.Random
) -> tuple[list[Utterance], str]:
    turns = [Utterance(speaker="counselor", text=drawn.choice(words["open"]), role="Counselor")]
    client: list[str] = []
    for _ in range(6):
        client.append(_said(words, zh, drawn))
        turns.append(Utterance(speaker="client", text=client[-1], role="Client"))
        asked = drawn.choice(words["ask"]).format(x=drawn.choice(words["what"]))
        turns.append(Utterance(speaker="counselor", text=asked, role="Counselor"))
    turns[-1].text = drawn.choice(words["close"])
    return turns, client[2]


Plant = Callable[[list[Dialogue], int, random.Random], None]


@dataclass(frozen=True)
class Fault:
    """A kind of fault: how it is put into the dialogue at a place, and the rules that find it."""

    name: str
    rules: tuple[str, ...]
    plant: Plant


def _turns(dialogue: Dialogue, session: int = 1) -> list[Utterance]:
    return dialogue.sessions[session].utterances


def _client(dialogue: Dialogue, drawn: random.Random) -> Utterance:
    return drawn.choice([t for t in _turns(dialogue) if t.speaker == "client"])


def _counselor(dialogue: Dialogue, drawn: random.Random) -> Utterance:
    return drawn.choice([t for t in _turns(dialogue)[2:-2] if t.speaker == "counselor"])


def _is_zh(dialogue: Dialogue) -> bool:
    return dialogue.language == "zh"


def non_alternation(ds: list[Dialogue], n: int, drawn: random.Random) -> None:
    turns = _turns(ds[n])
    del turns[drawn.randrange(2, len(turns) - 2)]


def client_only(ds: list[Dialogue], n: int, drawn: random.Random) -> None:
    for session in ds[n].sessions:
        session.utterances = [t for t in session.utterances if t.speaker == "client"]


def empty_dialogue(ds: list[Dialogue], n: int, drawn: random.Random) -> None:
    for session in ds[n].sessions:
        session.utterances = []


def empty_turn(ds: list[Dialogue], n: int, drawn: random.Random) -> None:
    _client(ds[n], drawn).text = drawn.choice(["", "  ", "\n"])


def ends_on_client(ds: list[Dialogue], n: int, drawn: random.Random) -> None:
    _turns(ds[n]).pop()


def role_mark(ds: list[Dialogue], n: int, drawn: random.Random) -> None:
    turn = _client(ds[n], drawn)
    mark = drawn.choice(
        ["心理咨询师：", "来访者："] if _is_zh(ds[n]) else ["Counselor:", "Client:"]
    )
    turn.text = f"{turn.text} {mark} {_counselor(ds[n], drawn).text}"


def think(ds: list[Dialogue], n: int, drawn: random.Random) -> None:
    turn = _counselor(ds[n], drawn)
    turn.text = f"<think>{_client(ds[n], drawn).text}</think>{turn.text}"


def farewell_loop(ds: list[Dialogue], n: int, drawn: random.Random) -> None:
    words = ["再见。", "谢谢，再见！"] if _is_zh(ds[n]) else ["Goodbye.", "Bye, take care!"]
    for at in range(drawn.choice([6, 8])):
        speaker = "client" if at % 2 == 0 else "counselor"
        _turns(ds[n]).append(Utterance(speaker=speaker, text=words[at % 2]))  # type: ignore[arg-type]


def role_inversion(ds: list[Dialogue], n: int, drawn: random.Random) -> None:
    said = (
        ["作为您的咨询师，我想听听。", "谢谢您愿意分享，这让您有什么感觉？"]
        if _is_zh(ds[n])
        else ["Thank you for sharing that with me.", "As your counselor, I hear you."]
    )
    _client(ds[n], drawn).text = drawn.choice(said)


def wrong_language(ds: list[Dialogue], n: int, drawn: random.Random) -> None:
    other = EN if _is_zh(ds[n]) else ZH
    _client(ds[n], drawn).text = _said(other, not _is_zh(ds[n]), drawn)


def merged(ds: list[Dialogue], n: int, drawn: random.Random) -> None:
    first, second, third = ds[n].sessions
    first.utterances = [*first.utterances, *second.utterances]
    third.number, third.extra = 2, {"session_number": 2}
    ds[n].sessions = [first, third]
    ds[n].documents = [d for d in ds[n].documents if d.session is None]


def missing(ds: list[Dialogue], n: int, drawn: random.Random) -> None:
    del ds[n].sessions[1]


def doubled(ds: list[Dialogue], n: int, drawn: random.Random) -> None:
    again = ds[n].sessions[1].model_copy(deep=True)
    again.number = 4
    again.extra = {"session_number": 4}
    ds[n].sessions.append(again)


def swapped(ds: list[Dialogue], n: int, drawn: random.Random) -> None:
    first, second, third = ds[n].sessions
    ds[n].sessions = [first, third, second]


def early_memory(ds: list[Dialogue], n: int, drawn: random.Random) -> None:
    later = [t.text for t in _turns(ds[n], 2) if t.speaker == "client"]
    paper = next(d for d in ds[n].documents if d.session == 1)
    paper.text = f"{paper.text} {drawn.choice(later)}"


def never_happened(ds: list[Dialogue], n: int, drawn: random.Random) -> None:
    turn = _counselor(ds[n], drawn)
    turn.text = (
        f"上次您说到{drawn.choice(['海关扣押护照', '报名学开飞机', '法院寄来传票'])}，后来呢？"
        if _is_zh(ds[n])
        else "Last time you told me about "
        f"{drawn.choice(['parachute lessons over Norway', 'adopting seven orphaned hedgehogs', 'robbing a casino'])}."
    )


def duplicate(ds: list[Dialogue], n: int, drawn: random.Random) -> None:
    other = ds[(n + 1) % len(ds)]
    ds[n].sessions = [s.model_copy(deep=True) for s in other.sessions]
    ds[n].documents = [d for d in ds[n].documents if d.session is None]
    ds[n].language = other.language


def near_duplicate(ds: list[Dialogue], n: int, drawn: random.Random) -> None:
    duplicate(ds, n, drawn)
    _client(ds[n], drawn).text = _said(ZH if _is_zh(ds[n]) else EN, _is_zh(ds[n]), drawn)


def duplicate_id(ds: list[Dialogue], n: int, drawn: random.Random) -> None:
    ds[n].extra["client_id"] = ds[(n + 1) % len(ds)].extra["client_id"]


def seed_across_splits(ds: list[Dialogue], n: int, drawn: random.Random) -> None:
    other = ds[(n + 1) % len(ds)]
    ds[n].source_case = other.source_case
    ds[n].split = "train" if other.split == "test" else "test"


def context_leak(ds: list[Dialogue], n: int, drawn: random.Random) -> None:
    before = ds[n - 1].sessions[-1].utterances[-2:]
    first = ds[n].sessions[0]
    first.utterances = [*(t.model_copy() for t in before), *first.utterances[1:]]


def personal_data(ds: list[Dialogue], n: int, drawn: random.Random) -> None:
    turn = _client(ds[n], drawn)
    number = drawn.randint(10_000_000, 99_999_999)
    turn.text += (
        drawn.choice(
            [f"我的电话是138{number}。", f"加我微信：fog_{number}。", "我住在雾港路12号3室。"]
        )
        if _is_zh(ds[n])
        else drawn.choice(
            [
                f" Write to nell.{number}@example.org.",
                " Call 555-010-4477.",
                " I live at 12 Fog Lane.",
            ]
        )
    )


def minor(ds: list[Dialogue], n: int, drawn: random.Random) -> None:
    age = drawn.randint(9, 17)
    if drawn.random() < 0.5:
        ds[n].documents[0].text = f"年龄：{age}" if _is_zh(ds[n]) else f"Age: {age}"
    else:
        _client(ds[n], drawn).text = (
            f"我今年{age}岁。" if _is_zh(ds[n]) else f"I am {age}, if that matters."
        )


def risk(ds: list[Dialogue], n: int, drawn: random.Random) -> None:
    _client(ds[n], drawn).text += "我不想活了。" if _is_zh(ds[n]) else " I wanted to die."


FAULTS = (
    Fault("non-alternation", ("non-alternation",), non_alternation),
    Fault("client-only", ("one-party",), client_only),
    Fault("empty dialogue", ("empty-dialogue",), empty_dialogue),
    Fault("empty turn", ("empty-turn",), empty_turn),
    Fault("ends on client", ("ends-on-client",), ends_on_client),
    Fault("role mark", ("role-mark",), role_mark),
    Fault("thinking aloud", ("think-inside",), think),
    Fault("farewell loop", ("farewell-loop",), farewell_loop),
    Fault("role inversion", ("role-inversion",), role_inversion),
    Fault("wrong language", ("wrong-language",), wrong_language),
    Fault("merged sessions", ("merged-sessions",), merged),
    Fault("missing session", ("missing-session",), missing),
    Fault("doubled session", ("doubled-session",), doubled),
    Fault("swapped sessions", ("swapped-sessions",), swapped),
    Fault("early memory", ("early-memory",), early_memory),
    Fault("never happened", ("never-happened",), never_happened),
    Fault("duplicate", ("duplicate", "duplicate-across-splits"), duplicate),
    Fault("near-duplicate", ("near-duplicate", "duplicate-across-splits"), near_duplicate),
    Fault("duplicate id", ("duplicate-id",), duplicate_id),
    Fault("seed across splits", ("seed-across-splits",), seed_across_splits),
    Fault("context leak", ("context-leak",), context_leak),
    Fault("personal data", ("personal-data",), personal_data),
    Fault("minor", ("minor",), minor),
    Fault("risk content", ("risk-content",), risk),
)
