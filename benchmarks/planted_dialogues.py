"""Invented dialogues that stand in for real ones, with what could find their clients planted in.

Nine attributes a client: name, employer, city, age, telephone, a relation and its name, a date and
a rare event. Each is said by the client, and all but the telephone by the counselor too; some have
a form that rules know, some (employer, event, many places) have none. Seeded: the same seed gives
the same dialogues.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from muspsy_sim.records.base import Language
from muspsy_sim.records.corpus import CorpusSession, Dialogue, Utterance

_WORDS: dict[Language, dict[str, list[str]]] = {
    "en": {
        "name": ["Marta Okell", "Devin Strake", "Yusra Malin", "Petra Holm", "Callum Reith",
                 "Odette Varga", "Tomas Quill", "Nerys Bevan", "Anselm Krol", "Ruth Adeyo"],
        "employer": ["Brackwell Foundry", "Larkspur Dairies", "the Tidemill ropeworks", "Halden and Sons",
                     "Quayside Bindery", "the Vellacott estate", "Pemberly Glass", "Northfold Hatchery"],
        "city": ["Hull", "Penzance", "Dunoon", "Whitby", "Lerwick", "Tenby", "Kendal", "Arbroath",
                 "Ludlow", "Oban"],
        "relation": ["stepbrother", "half-sister", "mother-in-law", "godson", "stepdaughter",
                     "brother-in-law", "great-aunt", "foster mother"],
        "relname": ["Alastair", "Bronagh", "Cosmo", "Delphine", "Edda", "Fergus", "Greta", "Hamish"],
        "date": ["3 March 2019", "17 November 2021", "9 June 2018", "22 August 2020", "30 January 2022",
                 "5 October 2017"],
        "event": ["the kiln exploded", "the ferry capsized", "the chapel roof collapsed",
                  "the reservoir burst", "the carousel derailed", "the glasshouse caught fire",
                  "the herd was culled", "the lighthouse was struck"],
    },
    "zh": {
        "name": ["欧阳沛霖", "柏雨筠", "司徒砚秋", "尤楚晗", "蒲知夏", "宁若溪", "阮青禾", "祁慕白",
                 "鲁明澈", "闵书瑶"],
        "employer": ["鸿泰轧钢", "青藤印务", "恒祥陶瓷", "白鹭纺织", "金穗面粉", "蓝汐渔业", "松涛造纸", "云岭茶业"],
        "city": ["绍兴", "洛阳", "柳州", "烟台", "宜昌", "衡阳", "遵义", "佳木斯", "漳州", "大同"],
        "relation": ["继女", "岳母", "表弟", "双胞胎妹妹", "养父", "堂姐", "干儿子", "继母"],
        "relname": ["阿骏", "小柚", "佩佩", "冬冬", "阿菱", "豆豆", "小满", "阿棠"],
        "date": ["2019年3月3日", "2021年11月17日", "2018年6月9日", "2020年8月22日", "2022年1月30日",
                 "2017年10月5日"],
        "event": ["锅炉爆炸", "渡轮倾覆", "礼堂坍塌", "水库决堤", "缆车坠落", "仓库失火", "猪瘟封村", "脚手架倒塌"],
    },
}  # fmt: skip

_TROUBLES: dict[Language, list[tuple[str, str]]] = {
    "en": [
        ("I can't sleep any more, and I snap at everybody.", "How long has the sleep been bad?"),
        ("Somebody I loved died, and I can't seem to come back from the grave.",
         "How long have you been living with this grief, with the death and the funeral?"),
        ("The money's gone and the job is going. I lie to people about the debts.",
         "How long have work, money and the debts been weighing on you?"),
        ("We shout at each other at home, and then nobody talks for a week.",
         "How long have there been rows between the two of you, in the marriage, at home?"),
        ("I watch over my parents' house day and night, I look after everyone and I'm worn out.",
         "How long have you been looking after others, caring for them, with no rest for you?"),
    ],
    "zh": [
        ("现在夜里睡不着，见谁都想发火。", "这种睡不好的情况有多久了？"),
        ("最亲的人走了，我到现在都缓不过来。", "亲人去世，这种思念和难过有多久了？"),
        ("钱没了，工作也快没了，欠的债我不敢跟人讲。", "工作和钱、欠债的压力，有多久了？"),
        ("在家里我们一讲话就吵，吵完就一个礼拜不说话。", "两个人之间这样吵架，婚姻里这样，有多久了？"),
        ("上上下下都要我照顾，我自己快撑不住了。", "这样一直照顾别人，自己没得休息，有多久了？"),
    ],
}  # fmt: skip

_TALK: dict[Language, dict[str, list[tuple[str, str]]]] = {
    "en": {
        "first": [
            ("Hello. What brings you here today?",
             "My name is {name}. I am {age} and I've worked at {employer} in {city} most of my life. "
             "{trouble}"),
            ("Thank you, {first}. So you are {age}, and at {employer}. {concern}",
             "Since {date}. That was the night {event}. I was on shift, and nothing has been the way "
             "it was from that day on."),
        ],
        "middle": [
            ("What went through your mind on the night {event}?",
             "That it was my doing. I had signed the sheet that morning. Everybody in {city} knows my "
             "name now because of it."),
            ("And your {relation}, {relname}? Is there anybody at home who knows how it is for you?",
             "My {relation} {relname} knows a bit. We don't talk about it at table, we pass the bread "
             "and talk about the football."),
            ("What do you notice in your body when you think of it?",
             "My chest goes tight, like somebody sitting on it. It comes when I drive past the gates of "
             "{employer}."),
            ("It sounds as if you have been carrying this by yourself for a long time.",
             "There wasn't anybody to hand it to. {relname} has enough to carry, and the rest of them "
             "moved away."),
            ("How do you get through a day at {employer} now?",
             "I count. I count the steps from the gate to the office, then I count the hours, then I "
             "count the steps back again."),
            ("When you are at your lowest, what do you tell yourself?",
             "That they'd all be better off if I had been the one under it. I don't mean I'd do "
             "anything. It's only what the night says."),
            ("Is there a moment, even a small one, when it is a little lighter?",
             "On the water, out past {city}, with {relname} at the oars and nobody saying a word until "
             "the light goes."),
            ("What would {relname} say if you told them what you told me?",
             "{relname} would put the kettle on. Then nothing for a while, and then that I always was a "
             "fool to keep things in."),
            ("What have you tried so far?",
             "The doctor in {city} gave me tablets. I took them for a week and then I put them in the "
             "drawer with the letters from {employer}."),
            ("What do you wish were different a few weeks from now?",
             "I'd like to sit through a whole supper without listening for the siren. That would do me "
             "for a start."),
        ],
        "last": [
            ("Would you be willing to write down one bad night this week, just what happened?",
             "I could try that. You can ring me on {phone} if the time has to change, it's the only "
             "number I've got."),
            ("We have to stop here for today, {first}. Take care on the way back to {city}, until next "
             "time.", "Thank you. It's odd, saying it out loud to somebody. Goodbye for now."),
        ],
    },
    "zh": {
        "first": [
            ("你好，今天想聊点什么？",
             "我叫{name}，今年{age}岁，在{city}的{employer}干了大半辈子了。{trouble}"),
            ("谢谢你告诉我，{name}。你{age}岁，一直在{employer}。{concern}",
             "从{date}开始的。那天晚上{event}，我正好当班，打那以后什么都跟从前不一样了。"),
        ],
        "middle": [
            ("{event}的那天晚上，你心里闪过的是什么？",
             "我就想，都是我的错。那天早上的单子是我签的字。现在整个{city}没人不晓得我这个人。"),
            ("你的{relation}{relname}呢？家里有没有人知道你这么难？",
             "{relation}{relname}知道一点。吃饭的时候我们不提这个，就递递馒头，说说天气。"),
            ("想到这件事的时候，身体有什么感觉？",
             "胸口发紧，像有人坐在上头。只要车子开过{employer}的大门，它就来了。"),
            ("听起来，这些事你一个人扛了很久。",
             "没有人可以交啊。{relname}自己的事就够多了，别的人都搬走了，说给谁听呢。"),
            ("现在在{employer}，一天是怎么过来的？",
             "我数数。从大门到办公室数步子，坐下来数钟点，下了班再把步子数回去。"),
            ("最难受的时候，你会对自己说什么？",
             "我说要是压在底下的是我就好了，大家都轻省。我不会真去做什么，就是夜里脑子里会这么说。"),
            ("有没有哪个时刻，哪怕一小会儿，会轻松一点？",
             "有的，跟{relname}到{city}城外的河边坐着，谁也不讲话，坐到天黑透了再回去。"),
            ("要是{relname}听见这些话，会怎么说？",
             "{relname}会先去烧水，半天不响，然后说我这个人从小就爱把事情闷在肚子里。"),
            ("到现在为止，你试过哪些办法？",
             "{city}的大夫开过药，我吃了一个礼拜，就跟{employer}寄来的那些信一起塞进抽屉里了。"),
            ("过几个星期，你希望有什么不一样？",
             "我想安安稳稳吃完一顿晚饭，不用竖着耳朵听警报响没响，能这样就算好了。"),
        ],
        "last": [
            ("这个星期愿不愿意把其中一个难熬的晚上记下来，只写发生了什么？",
             "我试试看吧。要是时间要改，就打我的电话{phone}，我只有这一个号码。"),
            ("今天我们就到这里，{name}。回{city}的路上慢一点，下次见。",
             "谢谢你。把这些话说出口，感觉怪怪的。那就下次再见了。"),
        ],
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Planted:
    """A dialogue and what is planted in it, in the words that say it."""

    dialogue: Dialogue
    attributes: dict[str, str]


def planted_dialogues(language: Language, count: int, seed: int = 0) -> list[Planted]:
    """So many dialogues of ten exchanges each."""
    return [_one(language, number, Random(f"{language} {seed} {number}")) for number in range(count)]


def _one(language: Language, number: int, rng: Random) -> Planted:
    words = {slot: rng.choice(texts) for slot, texts in _WORDS[language].items()}
    words["age"] = str(rng.randint(41, 78))
    digits = "".join(str(rng.randint(0, 9)) for _ in range(8))
    words["phone"] = f"139{digits}" if language == "zh" else f"555-{digits[:3]}-{digits[3:7]}"
    slots = {**words, "first": words["name"].split()[0]}
    slots["trouble"], slots["concern"] = rng.choice(_TROUBLES[language])
    talk = _TALK[language]
    exchanges = [*talk["first"], *rng.sample(talk["middle"], 6), *talk["last"]]
    turns = [
        Utterance(speaker=speaker, text=text.format_map(slots))
        for asked, said in exchanges
        for speaker, text in (("counselor", asked), ("client", said))
    ]
    dialogue = Dialogue(
        id=f"{language}-{number:03}",
        format="planted",
        language=language,
        sessions=[CorpusSession(number=1, utterances=turns)],
    )
    said = "\n".join(turn.text for turn in turns)
    held = {slot: word for slot, word in words.items() if word in said}
    if language == "en":
        held["first name"] = slots["first"]
    return Planted(dialogue, held)
