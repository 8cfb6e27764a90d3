"""Words by which a counselor may touch a sentence, drawn from the sentence itself.

An English sentence gives its content words. A Chinese one gives those of a short list of words of
the counseling room that it holds, since it has no spaces to cut it at. Nothing is added but the
words of the head that the source put the sentence under.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from muspsy_sim.records.base import Language
from muspsy_sim.records.profile import Topic

MOST_CUES = 8

_STOP_WORDS = """
    about after again all already also always and another any anyone are around because become
    been before being believe believed better but can cannot change constantly could currently
    did does doing down due during each especially even ever every everything experience
    experienced experiences feel feeling feels few find finding first for from getting give good
    had has have having here how however into issue issues its itself just keep keeps last
    lately later leading level like made make makes making many may mine more most much must
    myself need never not often one only other others our out over past point present problem
    problems progressed recent recently regularly same several should similar since some
    somewhat started still such take tend than that the their them themselves then there these
    they thing things think this those thoughts through tried trying under until upon used very
    want was well went were what when where whether which while who will with within without
    would years yet
"""
_STOP = frozenset(_STOP_WORDS.split())

_ROOM_WORDS = """
    父母 父亲 爸爸 母亲 妈妈 家人 家庭 家里 家族 兄长 哥哥 姐姐 弟弟 妹妹
    爷爷 奶奶 儿子 女儿 孩子 子女 丈夫 妻子 爱人 婚姻 恋爱 男友 女友 离婚
    分手 朋友 老友 同学 室友 同事 领导 老师 教师 男性 女性 陌生 交往 社交
    人际 沟通 交流 工作 上班 公司 失业 退休 学习 学业 成绩 考试 考研 课程
    学校 班级 大学 高考 毕业 睡眠 失眠 睡觉 吃饭 食欲 身体 健康 疾病 生病
    医院 癌症 诊断 治疗 疼痛 头痛 死亡 去世 过世 离世 追思 养老院 居住 焦虑
    抑郁 恐惧 害怕 紧张 担心 担忧 忧虑 无助 绝望 内疚 自责 自卑 孤独 孤单
    压抑 压力 情绪 低落 伤心 哭 愤怒 生气 恐慌 烦躁 疲惫 注意力 信心 指责
    批评 受挫 挫折 失败 童年 小时候 成长 经济 收入 性格 精神 心理 生活 兴趣
    活动 手机 网络 游戏 喝酒 依赖 未来 希望 意义
"""
_ROOM = tuple(_ROOM_WORDS.split())

_TOPICS: tuple[tuple[Topic, str], ...] = (
    ("grief", r"passed away|funeral|bereave|grief|death of|去世|过世|丧|追思|离世"),
    ("substance_use", r"alcohol|drinking|drug|smok|酗酒|吸毒|成瘾"),
    ("bullying", r"bull(?:y|ied)|欺凌|霸凌"),
    (
        "appearance_anxiety",
        r"\bfat\b|my body|weight|appearance|\bugly\b|swimsuit|容貌|外貌|长相|身材",
    ),
    (
        "academic_pressure",
        r"\bexams?\b|degree|studies|academic perf|考试|学业|课程|考研|成绩|学习压力",
    ),
    ("job_crisis", r"\bjob\b|career|promot|unemploy|at work|失业|求职|辞职|职场|工作压力|工作上"),
    ("health", r"cancer|illness|disease|癌|疾病|患病"),
    (
        "partner_relationship",
        r"husband|wife|spouse|partner|boyfriend|girlfriend|丈夫|妻子|恋爱|婚姻",
    ),
    ("child_parent_relationship", r"my (?:mother|father|parents|son|daughter)|父母关系|亲子"),
    ("friend_problems", r"friends?\b|loneliness|lonely|isolation|朋友|室友|人际|孤单|孤独"),
    ("sleep_problems", r"insomnia|sleep|失眠|睡眠"),
    ("procrastination", r"procrastinat|putting (?:it|things) off|拖延"),
    ("ongoing_depression", r"depress|hopeless|抑郁"),
    ("anxiety", r"anxi|fear|worr|panic|焦虑|恐惧|害怕|恐慌"),
)


def cues_of(text: str, language: Language, head: Iterable[str] = ()) -> list[str]:
    """Up to eight words of `text` that a counselor's turn may share with it, in its order.

    The words of the `head` that the source put it under come after them.
    """
    if language == "zh":
        found = sorted((word for word in _ROOM if word in text), key=text.index)
    else:
        words = re.findall(r"[a-z]+(?:-[a-z]+)*", text.lower())
        found = [word for word in words if len(word) > 3 and word not in _STOP]
    return list(dict.fromkeys([*list(dict.fromkeys(found))[:MOST_CUES], *head]))


def topic_of(text: str) -> Topic:
    """The first topic whose words `text` holds, most particular first; `other` where none does."""
    for topic, pattern in _TOPICS:
        if re.search(pattern, text, re.IGNORECASE):
            return topic
    return "other"
