"""People to try the offline client with, and the counselor lines they are met with.

Written for these tests alone: four clients (two English, two Chinese) with the material that a
profile has, and a poor one as an import leaves it.
"""

from __future__ import annotations

from random import Random

from muspsy_sim.llm.offline.client import speak
from muspsy_sim.records.answers import Speech
from muspsy_sim.records.profile import Demographics, Situation
from muspsy_sim.records.views import (
    HomeworkWord,
    LengthWord,
    Line,
    Move,
    SpeakView,
    Stance,
    UnlockedFact,
)


def stance(move: Move = "answer", length: LengthWord = "a sentence or two", **words: str) -> Stance:
    """A stance in the middle of everything."""
    return Stance.model_validate(
        {
            "move": move,
            "trust": "cautious",
            "distress": "troubled",
            "readiness": "torn",
            "length": length,
            "manner": "",
            "reason": "",
            **words,
        }
    )


def _fact(name: str, topic: str, text: str, *details: str, told: bool = True) -> UnlockedFact:
    return UnlockedFact(id=name, topic=topic, text=text, details=list(details), told=told)


def _situation(name: str, *words: str) -> Situation:
    where, thought, emotion, behaviour = words
    return Situation(
        id=name, situation=where, automatic_thought=thought, emotion=emotion, behaviour=behaviour
    )


def nora() -> SpeakView:
    """A night nurse who can't say no and doesn't sleep."""
    return SpeakView(
        language="en",
        session=2,
        turn=2,
        demographics=Demographics(name="Nora Whitlock", age=41, occupation="ward nurse"),
        presenting_problem=(
            "I've worked nights on the same ward for nine years and I can't switch off any more. "
            "I come home at eight and I lie there listening for call bells that aren't there. "
            "My husband says I'm in the house but I'm not really with them."
        ),
        voice_style="dry, short sentences, jokes when it gets close, practical",
        fillers=["to be fair", "mind you", "you know"],
        lines={
            "greeting": ["Evening. Or morning, I've lost track.", "Hello, I brought my own tea."],
            "first_words": ["I'm only here because occupational health ticked a box."],
            "guarded": ["That's for another shift.", "I'd sooner do the handover version."],
            "minimal": ["Can't complain.", "Same old."],
            "doubt": ["You can't breathe your way out of a rota.", "Sounds like a leaflet."],
            "hurt": ["I get talked down to enough at work, thanks."],
            "warm": ["You don't miss much, do you."],
            "relief": ["Well. That's put my shoulders down an inch."],
            "change": ["I could hand the bleep to somebody else for once."],
            "homework_done": ["I did it, with a biro on the back of my hand."],
            "homework_not_done": ["It went the way of my gym membership."],
            "farewell": ["Right, the bus won't wait.", "Mind how you go."],
        },
        situations=[
            _situation(
                "shift",
                "When Pauline rings at noon and asks if I can cover tonight.",
                "If I say no and something goes wrong, that's on me.",
                "guilty before I've even answered",
                "I say yes and then I stand in the kitchen in my coat.",
            ),
            _situation(
                "bell",
                "I wake at half eleven in the morning sure that I've left a drip running.",
                "You've forgotten something and somebody will pay for it.",
                "dread",
                "I ring the ward and pretend I'm asking about my cardigan.",
            ),
        ],
        goals=["I want to sleep five hours in a row.", "to say no without a speech"],
        supports=["My sister Jean, she doesn't let me get away with much."],
        strengths=["I'm good in an emergency."],
        stance=stance(),
        unlocked=[
            _fact(
                "mrs_hale",
                "a death on the ward",
                "There was a patient, Mrs Hale, who died in February while I was on my break.",
                "She'd asked me to stay and I told her ten minutes.",
                "Nobody blamed me, there was a review and everything.",
                "I still take my breaks standing up by the door.",
            ),
            _fact(
                "wine",
                "drinking to sleep",
                "I have two glasses of wine at nine in the morning, to come down.",
                "Martin thinks it's the one glass.",
                "I hide the bottle behind the cereal, like a teenager.",
            ),
            _fact(
                "daughter",
                "missing her daughter's things",
                "I've missed every one of Ellie's concerts this year.",
                "She's stopped putting them on the calendar.",
                told=False,
            ),
        ],
        hints=["There's a bit about February I don't go into."],
        beliefs=["If I stop, somebody gets hurt."],
        memories=["I told them about Mrs Hale. They said I'd been carrying it alone."],
        events=[
            "They put me down for four nights in a row again.",
            "Ellie left a note on the fridge that said see you at Christmas.",
        ],
        homework=HomeworkWord(
            text="Write down each time you say yes and meant no.", outcome="done"
        ),
        symptoms=[],
    )


def daniel() -> SpeakView:
    """A graduate student who puts off his thesis."""
    return SpeakView(
        language="en",
        session=2,
        turn=2,
        demographics=Demographics(name="Daniel Okafor", age=28, occupation="doctoral student"),
        presenting_problem=(
            "I have not written a page of my thesis since March. I open the document, I read the "
            "first paragraph, and I find a reason to be elsewhere."
        ),
        voice_style="polite and precise, hedges, apologises for taking up time",
        fillers=["in a sense", "I suppose", "as it were"],
        lines={
            "greeting": ["Hello, I hope I'm not early."],
            "first_words": [
                "I should say that other people's problems are more serious than mine."
            ],
            "guarded": ["I would rather not theorise about my father, if that's all right."],
            "minimal": ["Possibly.", "In a way."],
            "doubt": ["I'm not persuaded that feelings meet deadlines."],
            "hurt": ["I had thought I was being clear, evidently not."],
            "warm": ["It is rather nice to finish a sentence in front of someone."],
            "relief": ["Thank you, I had been bracing for something else."],
            "change": ["I might write one bad paragraph on purpose."],
            "homework_done": ["I kept the log, with headings, I'm afraid."],
            "homework_not_done": ["I prepared to do it very thoroughly and then did not."],
            "farewell": ["I won't keep you."],
        },
        situations=[
            _situation(
                "email",
                "An email from my supervisor comes in on a Sunday night.",
                "She has finally seen that there is nothing there.",
                "ashamed",
                "I mark it unread and clean the bathroom.",
            ),
            _situation(
                "seminar",
                "In the reading group they go round and say what they are working on.",
                "Everyone can tell I'm bluffing.",
                "a sort of hot panic",
                "I make a joke about footnotes and let the next person speak.",
            ),
        ],
        goals=["I'd like to hand in a chapter that is merely adequate."],
        supports=["My flatmate Ruth, who knocks on the door with toast."],
        strengths=["I am careful with other people's drafts."],
        stance=stance(),
        unlocked=[
            _fact(
                "grant",
                "money",
                "My funding ended in June and I have been living on a credit card.",
                "I have told my parents that the department extended it.",
                "It is a little over four thousand now.",
            ),
            _fact(
                "medal",
                "being the clever one",
                "My father keeps my school medal on the shop counter, next to the till.",
                "He shows it to customers, even the ones who only want bread.",
            ),
        ],
        beliefs=["If I am not exceptional I am nothing."],
        events=["My supervisor asked for the outline by the fifteenth."],
    )


def lin() -> SpeakView:
    """A primary school teacher, her mother's only child."""
    return SpeakView(
        language="zh",
        session=2,
        turn=2,
        demographics=Demographics(name="林晓雯", age=33, occupation="小学老师"),
        presenting_problem=(
            "我妈从去年冬天住过来以后，我在家里连呼吸都要挑时候。她没做错什么，可我一听见她开门的声音就紧张。"
            "我先生说我脾气变大了，我自己也知道。"
        ),
        voice_style="说话客气，斟酌用词，常先替别人解释",
        fillers=["怎么讲", "可能", "我是觉得"],
        lines={
            "greeting": ["老师好，我提前到了一会儿。", "您好，外面降温了。"],
            "first_words": ["我是瞒着我妈来的，说去开教研会。"],
            "guarded": ["她毕竟是我妈，我不好多说。", "这个我回去再想吧。"],
            "minimal": ["还行吧。", "也没什么。"],
            "doubt": ["说这些，我总觉得像在告状。"],
            "hurt": ["您这么讲，好像是我不孝顺。"],
            "warm": ["在您这儿说话，不用先打草稿。"],
            "relief": ["这口气我憋了好几天了。"],
            "change": ["我想试试把房门关上十分钟。"],
            "homework_done": ["我真的照做了，写在教案本后面。"],
            "homework_not_done": ["本子一直放在包里，没敢拿出来。"],
            "farewell": ["那我先去接孩子了。", "下周我调一下课。"],
        },
        situations=[
            _situation(
                "dinner",
                "吃饭的时候，我妈把我夹给孩子的菜又夹回盘子里。",
                "我连当妈都不合格。",
                "又气又羞",
                "我一声不吭地把饭吃完，去厨房洗碗，水开得很大。",
            ),
            _situation(
                "door",
                "我在房间里备课，她不敲门就进来。",
                "在她眼里我永远没长大。",
                "憋闷",
                "我把课件关掉，装作在看手机。",
            ),
        ],
        goals=["我想跟我妈说一次不，说完不用哭。"],
        supports=["我先生，他嘴笨，可是会默默把碗洗了。"],
        strengths=["我对班上的孩子很有耐心。"],
        stance=stance(),
        unlocked=[
            _fact(
                "exam",
                "高考志愿",
                "我高考志愿是我妈半夜改的，我第二天才知道。",
                "我本来想学美术。",
                "那张画板现在还在她床底下。",
                "这件事我们十五年没提过。",
            ),
            _fact(
                "slap",
                "打了孩子",
                "上个月我打了孩子一巴掌，打完我躲在厕所里发抖。",
                "他才六岁，第二天还来哄我。",
            ),
        ],
        beliefs=["我要是不听话，就没人要我。"],
        memories=["我说了志愿的事。咨询师说那时候的我很孤单。"],
        events=["我妈把我书房的窗帘换了，没问我。", "学校通知下学期我要带毕业班。"],
        homework=HomeworkWord(text="每天写下一次你想说不却没说的时刻。", outcome="partly"),
    )


def gao() -> SpeakView:
    """A laid-off engineer who has told nobody at home."""
    return SpeakView(
        language="zh",
        session=2,
        turn=2,
        demographics=Demographics(name="高志强", age=45, occupation="机械工程师"),
        presenting_problem="厂里三月份把我裁了。我每天照样七点出门，在图书馆坐到五点半再回家。",
        voice_style="话少，干脆，嘴硬，偶尔自嘲",
        fillers=["反正", "说白了"],
        lines={
            "greeting": ["来了。车不好停。"],
            "first_words": ["我先说好，我不是来诉苦的。"],
            "guarded": ["男人的事，说那么细干嘛。"],
            "minimal": ["凑合。", "就那样呗。"],
            "doubt": ["聊天能聊出工资来？"],
            "hurt": ["行，算我多嘴。"],
            "warm": ["你这人倒不急着教训我。"],
            "relief": ["说完了，倒也没塌天。"],
            "change": ["要不，我先跟我弟透个底。"],
            "homework_done": ["写了，写得跟检修单似的。"],
            "homework_not_done": ["没写，笔都没找着。"],
            "farewell": ["走了，赶五点半那趟。"],
        },
        situations=[
            _situation(
                "library",
                "图书馆里碰见老邻居，问我今天怎么不上班。",
                "他已经看出来了，回去就得传开。",
                "臊得慌",
                "我说厂里倒班，说完从后门走了。",
            ),
            _situation(
                "table",
                "饭桌上儿子说要报个暑假集训，一万二。",
                "连孩子都供不起，还算什么爹。",
                "心里发凉",
                "我说行，报，然后借口倒垃圾下楼抽烟。",
            ),
        ],
        goals=["我就想站着把这事跟家里说了。"],
        supports=["我弟，隔三差五叫我去他店里喝一杯。"],
        strengths=["我手上的活，厂里没人挑得出毛病。"],
        stance=stance(),
        unlocked=[
            _fact(
                "loan",
                "借钱",
                "我从网上借了三万，充工资打到家里卡上。",
                "下个月二十号要还第一笔。",
                "短信我一来就删。",
            ),
            _fact(
                "father",
                "父亲下岗",
                "我爸当年下岗，在家躺了两年，我最瞧不起他那个样子。",
                "现在我天天在图书馆想起他。",
            ),
        ],
        beliefs=["男人不挣钱就是废物。"],
        events=["昨天猎头打来电话，一听岁数就挂了。"],
    )


def imported(language: str) -> SpeakView:
    """A client as an import leaves it: a report about someone, no lines, no words of its own."""
    text = {
        "zh": "李某，男性，52岁，退休工人，近来情绪低落，时常感到无助。",
        "en": "The client is a 52-year-old retired worker who reports low mood and poor sleep.",
    }
    return nora().model_copy(
        update={
            "language": language,
            "demographics": Demographics(name="X", age=52),
            "presenting_problem": text[language],
            "voice_style": "",
            "fillers": [],
            "lines": {},
            "situations": [],
            "goals": [text[language]],
            "supports": [],
            "strengths": [],
            "unlocked": [],
            "hints": [],
            "beliefs": [],
            "memories": [],
            "events": [],
            "homework": None,
        }
    )


COUNSELOR_EN = [
    "Good to see you again. How has your week been?",
    "That sounds like a lot to carry. What was the hardest moment?",
    "What was going through your mind right then?",
    "And how did that feel?",
    "Where do you notice it in your body?",
    "What did you do after that?",
    "So part of you wants to stop, and part of you is afraid of what happens if you do.",
    "Is it worse at certain times of the day?",
    "When did you first notice it?",
    "Who else knows about this?",
    "It must be exhausting to keep that up.",
    "What tells you that it would be your fault?",
    "If a good friend told you the same story, what would you say to her?",
    "Has there been a time lately when it was a little better?",
    "How did you manage that?",
    "Did I understand that right?",
    "It sounds like you feel guilty whichever way you turn.",
    "On a scale from 0 to 10, how strong is that belief right now?",
    "What would you like to be different?",
    "What might a small first step look like?",
    "May I ask you something about your family?",
    "What was it like at home when you were growing up?",
    "How have you been sleeping?",
    "Take your time, there is no hurry.",
    "Thank you for telling me. That takes courage.",
    "Tell me more about that.",
    "Can you give me a recent example?",
    "Why do you think that keeps happening?",
    "Many people find that worry gets louder at night, when there is nothing to do.",
    "You should really try to go to bed earlier.",
    "I'm sure it will all work out.",
    "I'm sorry, I think I moved too fast just now.",
    "How confident are you, from 0 to 10, that you could do it?",
    "What does it say about you if that were true?",
    "Who could you lean on this week?",
    "Would you be willing to write down one such moment each day?",
    "Last time we agreed on a small experiment. How did it go?",
    "Could you say a bit more about what happened next?",
    "You keep going for everybody, and nobody sees what it costs.",
    "Do you ever feel angry about it?",
    "I see.",
    "So what stops you from telling them?",
    "Let's think about how another person might see that moment.",
    "Everyone gets tired, it isn't that bad.",
    "We have a few minutes left. What will you take with you today?",
    "Our time is nearly up. See you next week.",
]

COUNSELOR_ZH = [
    "你好，又见面了。这一周过得怎么样？",
    "听起来挺沉的。最难熬的是哪一刻？",
    "那个时候，你脑子里闪过什么念头？",
    "当时是什么感受？",
    "身体上哪里有感觉？",
    "后来你是怎么做的？",
    "好像你一边想停下来，一边又怕停下来会出事。",
    "是不是晚上更厉害一些？",
    "这种情况是从什么时候开始的？",
    "这件事还有谁知道？",
    "一直这样撑着，真的很不容易。",
    "是什么让你确定那是你的错？",
    "如果是你的好朋友遇到这件事，你会对她说什么？",
    "最近有没有哪一次稍微好一点？",
    "那一次你是怎么做到的？",
    "我这样理解对吗？",
    "听起来你很委屈，又不敢说出来。",
    "如果0到10打分，这个想法现在有多强烈？",
    "你希望有什么不一样？",
    "如果先迈一小步，会是什么？",
    "我可以问问你家里的情况吗？",
    "小时候家里是什么样的？",
    "最近睡眠怎么样？",
    "不着急，慢慢来。",
    "谢谢你愿意告诉我，这需要勇气。",
    "能再多说一些吗？",
    "能举个最近的例子吗？",
    "你觉得为什么会一直这样？",
    "其实很多人在夜里，担心会变得更大声。",
    "你应该早点睡觉。",
    "别担心，一切都会好的。",
    "对不起，我刚才可能太急了。",
    "你有多大的把握能做到，0到10分？",
    "如果那是真的，对你来说意味着什么？",
    "这一周你可以找谁说说？",
    "你愿不愿意每天写下一个这样的时刻？",
    "上次我们约定了一个小练习，做得怎么样？",
    "后来呢？",
    "你一直在照顾所有人，可没有人看见你付出的。",
    "你会因此生气吗？",
    "嗯，我明白。",
    "那是什么拦着你，没有告诉他们？",
    "我们来看看，换一个角度，别人会怎么看那一刻。",
    "大家都累，没那么严重。",
    "还剩几分钟，今天你想带走什么？",
    "今天时间差不多了，我们下周见。",
]


def said_in_session(
    view: SpeakView, counselor: list[str], seed: int, exchanges: int = 25, **fixed: str
) -> tuple[list[Line], list[tuple[Stance, Speech]]]:
    """One session against canned lines: the dialogue, and each stance with what came of it."""
    rng = Random(seed)
    middle = counselor[1:-2]
    rng.shuffle(middle)
    lines = [counselor[0], *middle[: exchanges - 2], counselor[-1]]
    moves: list[Move] = ["answer", "elaborate", "minimal", "consider", "deflect", "agree", "resist"]
    weights = [9, 6, 2, 2, 2, 2, 1]
    lengths: list[LengthWord] = ["one short sentence", "a sentence or two", "a few sentences"]
    untold = [f for f in view.unlocked if not f.told]
    dialogue: list[Line] = []
    spoken: list[tuple[Stance, Speech]] = []
    unlocked = list(view.unlocked)
    for n, text in enumerate(lines):
        dialogue.append(Line(id=f"s2t{2 * n + 1}", speaker="counselor", text=text))
        move: Move = rng.choices(moves, weights)[0]
        if n == 0:
            move = "greet"
        elif text.startswith(("Last time", "上次")) and view.homework:
            move = "report_homework"
        elif "sorry" in text or "对不起" in text:
            move = "repair"
        elif text.startswith(("Everyone", "大家")):
            move = "hurt"
        length: LengthWord = (
            "a word or two" if move == "minimal" else rng.choices(lengths, [3, 4, 2])[0]
        )
        tell = untold.pop().id if n == exchanges // 2 and untold else None
        how = stance("disclose" if tell else move, length, **fixed)
        now = view.model_copy(
            update={
                "turn": 2 * n + 2,
                "stance": how,
                "tell": tell,
                "unlocked": unlocked,
                "dialogue": list(dialogue),
            }
        )
        speech = speak(now, Random(f"{seed}/{n}"))
        unlocked = [f.model_copy(update={"told": True}) if f.id == tell else f for f in unlocked]
        dialogue.append(Line(id=f"s2t{2 * n + 2}", speaker="client", text=speech.text))
        spoken.append((how, speech))
    return dialogue, spoken
