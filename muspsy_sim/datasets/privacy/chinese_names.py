"""Names as people give them in Chinese text: by surname and title, after 我叫, or with a dot.

A name has two to four characters: a surname of one or two (复姓), or two surnames together, and a
given name of one or two. Names from other languages are spelled by sound, with a dot between their
parts, and so are many Uyghur and Tibetan ones; a few hundred characters serve for that, which tells
where such a name begins in a line without spaces.
"""

from __future__ import annotations

import re

_SINGLE = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程"
    "苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万"
)
_DOUBLE = (
    *("欧阳", "上官", "司马", "诸葛", "慕容", "令狐", "皇甫", "司徒", "尉迟", "夏侯", "宇文"),
    *("独孤", "公孙", "端木", "南宫", "赫连", "呼延", "鲜于", "闻人", "申屠", "澹台", "万俟"),
    *("公冶", "宗政", "太叔", "仲孙", "闾丘", "拓跋", "钟离", "轩辕", "公羊", "谷梁", "淳于"),
)
"""Surnames of two characters that are hardly ever anything else."""
_DOUBLE_WORDS = ("东方", "西门", "南门", "东郭", "百里", "长孙", "濮阳", "司空", "太史")
"""Surnames that are words or places too: a name only where something else says so."""
_HAN = r"[\u4e00-\u9fff]"
_DOT = "[·•・‧]"
_SOUNDS = (
    "[阿埃艾爱安昂奥巴拜班邦包贝本比彼宾波伯博布查昌茨达戴丹黛道德登邓迪蒂丁顿东杜敦多厄恩尔法凡范"
    "菲费芬丰佛弗福富盖甘冈戈格葛根古哈海汉翰豪合河赫黑亨洪胡华怀霍基吉季加贾简杰捷金津卡凯坎康考柯科克"
    "肯孔库夸拉莱赖兰朗劳勒雷蕾黎李里丽利莉力廉琳林留卢鲁露吕伦罗洛玛马买麦迈曼芒茂梅门蒙孟米密缪明"
    "摩莫墨姆木穆娜纳奈南内尼妮年宁努诺欧帕潘庞佩彭皮平珀蒲普契奇齐恰钱强乔切钦琼丘曲热仁日荣茹瑞若"
    "撒萨塞桑瑟森沙莎山珊尚绍舍申圣施什士史舒朔丝斯松苏孙索琐塔泰坦汤陶特滕提廷图托瓦旺万汪威韦薇维魏"
    "温文翁沃乌吾武西希锡席夏香肖谢辛欣兴休许旭逊雅亚延扬耶叶伊依因英尤尧约云赞扎泽曾詹张珍芝治朱祖佐兹孜]"
)

_DOUBLES = "|".join(_DOUBLE)
_ANY_DOUBLE = "|".join((*_DOUBLE, *_DOUBLE_WORDS))
_SURNAME = rf"(?:{_ANY_DOUBLE}|[{_SINGLE}])"
_END = r"(?=[，。！？、；：）”,.!?\s]|$)"
_SPELLED = rf"{_SOUNDS}{{1,7}}(?:{_DOT}{_SOUNDS}{{1,8}})+"
_CALLED = r"(?:我叫|我的名字是|名叫|名字叫)"
_NO_START = r"(?![个他她你您它我谁咱大人了着过不没])"
_TITLES = "先生|女士|小姐|老师|医生|师傅|阿姨|叔叔"
_NO_SURNAME = "高中|高数|高级|高校|白班|金牌|谢谢"
"""Words before a title that begin as a surname does."""
_PARTICLES = "的和跟说是在也就来去把给对让叫又还都没不今昨前那这"
_AFTER = rf"(?=[，。！？、；：）”,.!?\s{_PARTICLES}]|{_TITLES}|$)"
_GIVEN = rf"(?!{_TITLES})(?![{_PARTICLES}]){_HAN}"

NAMES: tuple[re.Pattern[str], ...] = (
    re.compile(rf"({_SPELLED})"),
    re.compile(rf"{_CALLED}{_NO_START}({_HAN}{{2,4}}){_END}"),
    # More than names stands here (我是同性恋, 叫做沙盘): a surname must begin it.
    re.compile(
        rf"(?:我是|叫做)((?:{_ANY_DOUBLE}){_HAN}{{1,2}}|(?!{_NO_SURNAME})[{_SINGLE}]{_HAN}{{1,2}}){_END}"
    ),
    re.compile(rf"(?<!谢)((?!{_NO_SURNAME}){_SURNAME}{_HAN}{{0,2}}?)(?:{_TITLES})"),
    re.compile(
        rf"((?:小|老|阿)(?:{_DOUBLES}|[{_SINGLE}]))(?!{_HAN}*(?:时候|家)|[病库兔领鼠板虎熊马])"
    ),
    re.compile(rf"({_SURNAME}某[某]?)"),
    # Where such a surname stands, a name does; where it ends is told by what comes next.
    re.compile(rf"((?:{_DOUBLES})(?:{_GIVEN}){{2}}){_AFTER}"),
    re.compile(rf"((?:{_DOUBLES}){_GIVEN}){_AFTER}"),
    re.compile(rf"({_DOUBLES})"),
)
"""Each gives the name as its first group."""

# 我是 is followed by far more than names; what ends in one of these is none.
_NO_NAME = re.compile(
    r"(?:一|个|的|了|在|不|很|想|说|来|做|老|工|学|师|员|人|因|独|真|还|就|这|那)"
)
_SURE = re.compile(rf"(?:小|老|阿)?(?:{_DOUBLES})|.*{_DOT}")


def is_word(name: str) -> bool:
    """Whether a name is a word as well, and so can't be looked for where nothing else tells."""
    return name in _DOUBLE_WORDS


def is_name(said: str) -> bool:
    """Whether what stands in the place of a name can be one."""
    return _SURE.match(said) is not None or _NO_NAME.search(said[1:]) is None


def parts_of(name: str) -> list[str]:
    """What a person is also called: its given name, a surname of two characters, parts at dots."""
    pieces = re.split(_DOT, name)
    if len(pieces) > 1:
        return [piece for piece in pieces if len(piece) > 1]
    if name[:2] in _DOUBLE and len(name) > 2:
        return [name[:2], *([name[2:]] if len(name) == 4 else [])]
    if len(name) == 4:
        return [name[2:]]
    return [name[1:]] if len(name) == 3 and name[0] in _SINGLE else []
