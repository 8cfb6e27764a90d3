"""One small file in each published shape, odd cases included, in the project's own words."""

from __future__ import annotations

import json
from pathlib import Path

CARDS = """\
Client's Static Traits:
[Basic Info]: 孙某，女性，31岁，灯塔看守。

Client's Dynamic States:
[Recent Life Events]: 换灯泡时摔了一跤。
[Emotion State]: 心里发慌。
[Cognitive State]: 希望睡个整觉。

Counseling Goals:
让孙某说说那一跤。
用倾听的办法。

============================================================

Client's Static Traits:
[Basic Info]: 孙某，女性，31岁，灯塔看守。
[Shoe Size]: 38

Client's Dynamic States:
[Recent Life Events]: 雾大了三天。
[Emotion State]: 平静些。
[Cognitive State]: 想上岸看看母亲。

Counseling Goals:
陪孙某想想母亲。
"""

MEMORY = """\
The 1th Counseling
Client Profile:
[Personal Profile]
Nell keeps bees on a roof.

[Personal Characteristics]
Dry, quick, tired.

[Assessment and Diagnosis]
No diagnosis is mentioned.
Counseling Memory:
[Emotion and Cognitive State:] Nell feels stung by her brother's letter.
[Counselor Observations:] She jokes when it hurts.
[Counseling Assignments:] Write an answer and keep it.
[Session Goal:] Find out what the letter means to her.
Counseling Summary:
Spoke of the letter.
It was not opened.


The 3th Counseling
Client Profile:
[Personal Profile]
Nell keeps bees on a roof.
Counseling Memory:
[Emotion and Cognitive State:] Lighter.
Counseling Summary:
She read it aloud.
"""

MUSPSY_DIALOGUE = """\
Consultant: Hello, Nell. What brings you up the stairs?

User: A letter.

It is still in my coat.

Consultant: You have not opened it.
#######
##### Dialogue 2nd

A note that belongs to nobody.
Consultant: And the coat?

User: At the cleaner's, with the letter in it. He said: keep it.
#######
"""

CPSYCOUND = """\
来访者（孙女士）：我在灯塔上班，
雾一大就睡不着。

心理咨询师：雾大的时候，您在听什么？

来访者：听有没有船。妈妈：她说过，没船才好。

来访者：再见。
"""

TURNS = [
    {"role": "client", "content": "The fog came in at four.", "annotation": []},
    {"role": "client", "content": "", "annotation": [{"sentence": "", "label": ""}]},
    {"role": "counselor", "content": "At four. And you?", "annotation": []},
]

CHAT = [
    {
        "messages": [
            {"role": "system", "content": "You listen.", "weight": 0},
            {"role": "user", "content": "It rained on the bees."},
            {"role": "assistant", "content": "On all of them?"},
            {"role": "tool", "content": "42"},
        ],
        "source": {"page": 3},
    },
    {"messages": "lost", "idx": 2},
]

SIMPSYDIAL = [
    {
        "messages": [
            {"role": "system", "content": "你是咨询师小塔。"},
            {"role": "user", "content": "你好"},
            {"role": "assistant", "content": "你好，今天雾大吗？"},
        ]
    }
]

D101 = [
    {
        "idx": 7,
        "messages": [
            {"role": "user", "content": "灯灭了一夜。"},
            {"role": "assistant", "content": "那一夜您在做什么？"},
            {"role": "user", "content": "数数。"},
        ],
        "golden": {"role": "assistant", "content": "数到多少才天亮？"},
    },
    {"idx": 7, "messages": [{"role": "assistant", "content": "嗯。"}], "golden": None},
]

PSY_INSIGHT = [
    {
        "dialog_id": 1,
        "theme": "a letter",
        "psychotherapy": "Narrative Therapy",
        "topic": "Friend Problems",
        "stage": "1st Session",
        "guide": "Ask about the letter.",
        "is_same_qa": "",
        "is_same_session": 0,
        "background": "A bee-keeper.",
        "reasoning": "",
        "dialog": [
            {
                "speaker": "Seeker",
                "participant": "Nell",
                "content": "He wrote.",
                "id": 0,
                "strategy": [],
                "emotional label": ["Anxiety", "Shame"],
                "reasoning": "",
                "observation": "Short.",
            },
            {
                "speaker": "Husband",
                "participant": "Tom",
                "content": "She has not read it.",
                "id": 1,
                "strategy": "Question",
                "emotional label": "",
                "reasoning": None,
                "observation": "",
            },
            {
                "speaker": "Supporter",
                "participant": "Therapist",
                "content": "What might be in it?",
                "id": 2,
                "strategy": ["Question"],
                "emotional label": [],
                "reasoning": "The fear is about the content.",
                "observation": "",
            },
        ],
        "summary": "A letter is not opened.",
    },
    {"dialog_id": 1, "dialog": None},
]

CACTUS_EVAL = [
    {
        "idx": 3,
        "AI_client": {
            "intake_form": "Name:\nNell Farrow\nAge:\n52\n",
            "attitude": "neutral",
            "attitude_instruction": "Answer.",
            "dialogue_history_init": "Counselor: Hello, Nell.\nClient: Hello. It is about a letter.",
            "dialogue_history": "",
        },
        "AI_counselor": {"CBT": {"reason_counseling": "a letter"}, "Response": {}},
        "ground_truth_CBT": ["Reality Testing"],
    },
    {"AI_client": {"intake_form": "x", "dialogue_history_init": "Nobody speaks here."}},
    {"AI_client": "gone"},
]

CACTUS_SESSION = [
    {
        "example": {"n": 1},
        "cbt_technique": "Reality Testing",
        "cbt_plan": "Look at the letter.",
        "history": [
            {"role": "counselor", "message": "Hello, Nell."},
            {"role": "client", "message": "Hello. [/END]"},
        ],
    }
]

CACTUS_CORPUS = [
    {
        "thought": "He writes to hurt me.",
        "patterns": ["mind reading"],
        "intake_form": "Name:\nNell Farrow",
        "cbt_technique": "Reality Testing",
        "cbt_plan": "Read it together.",
        "attitude": "positive",
        "dialogue": "Counselor: Hello.\nClient: Hello.\nI brought the letter.",
    }
]

CPSYCOUNE = ["求助者：雾散了，我反而慌。", "支持者：雾散了，看得见什么？", "旁白：钟响。", 5]

PSYCHEVAL = {
    "theoretical": "cbt",
    "client_id": "nell",
    "client_info": {"static_traits": {"age": "52"}, "main_problem": "a letter"},
    "core_beliefs": ["I am the black sheep."],
    "global_plan": [{"stage": 1, "goal": "trust"}],
    "sessions": [
        {
            "session_number": 1,
            "session_goals": ["meet"],
            "session_dialogue": [
                {"role": "Counselor", "text": "<think>She stands by the door.</think>Come in."},
                {"role": "Client", "text": "I'd rather stand."},
            ],
            "session_summary": "She stood.",
        },
        {"session_number": 3, "session_dialogue": [{"role": "Counsleor", "text": "Hello."}]},
        "lost",
    ],
}

TRAIN = [
    {
        "instruction": "Answer as the counselor.",
        "input": "He wrote.",
        "output": "Who did?",
        "history": [["Hello.", "Hello, Nell."], ["It is cold.", "It is."]],
        "seed": 4,
    },
    {"instruction": "Answer.", "input": "Well.", "output": "Well?", "history": [["alone"], 3]},
    {"instruction": "Answer.", "input": "Well.", "output": "Well?"},
]
TRAIN_MEMORY = [{"instruction": "Sum up.", "input": "User: Hello.", "output": "She said hello."}]

TRANSCRIPT = [
    {
        "session": 1,
        "goal": "Meet Nell.",
        "history": [
            {"client": "Hello.", "counselor": "Hello, Nell."},
            {"client": "It is cold."},
        ],
        "memory": "She said that it was cold.",
    },
    {"session": 1, "history": [{"counselor": "Again?"}, "noise"], "score": 2},
]

COMPLAINTS = ["怕雾 我在灯塔上班，雾一大就慌。", "想母亲 她在岸上。"]
REPORTS = [{"text": "孙某，女，31岁，灯塔看守。", "id": 9}]

FILES: dict[str, tuple[str, str]] = {
    "muspsy-usercard": ("cards/usercards_1.txt", CARDS),
    "muspsy-memory": ("memories_1.txt", MEMORY),
    "muspsy-dialogue": ("dialogues_1.txt", MUSPSY_DIALOGUE),
    "cpsycound": ("case_1.txt", CPSYCOUND),
    "smile": ("1.json", json.dumps(TURNS)),
    "ldd": ("a/2.json", json.dumps([{k: t[k] for k in ("role", "content")} for t in TURNS])),
    "psydial": ("d4.json", json.dumps(CHAT)),
    "simpsydial": ("data.json", json.dumps(SIMPSYDIAL, ensure_ascii=False)),
    "psydial-d101": ("d101.jsonl", "\n".join(map(json.dumps, D101))),
    "psy-insight": ("en.json", json.dumps(PSY_INSIGHT)),
    "cactus-eval": ("evaluation.json", json.dumps(CACTUS_EVAL)),
    "cactus-session": ("session_1.json", json.dumps(CACTUS_SESSION[0])),
    "cactus-corpus": ("cactus.json", json.dumps(CACTUS_CORPUS)),
    "cpsycoune": ("Work/1.json", json.dumps(CPSYCOUNE, ensure_ascii=False)),
    "psycheval": ("nell.json", json.dumps(PSYCHEVAL)),
    "muspsy-train": ("task3.json", json.dumps(TRAIN)),
    "muspsy-transcript": ("nell.json", json.dumps(TRANSCRIPT)),
    "muspsy-report": ("profiles.jsonl", json.dumps(REPORTS[0], ensure_ascii=False)),
    "simpsydial-profile": ("profiles.json", json.dumps(COMPLAINTS, ensure_ascii=False)),
}
"""Format to the name of a file and its text."""


def lay(folder: Path, form: str) -> Path:
    """Write the file of a format below a folder; gives the folder."""
    name, text = FILES[form]
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return folder
