"""Places and institutions in Chinese text: cities and provinces by name, others by their endings.

Chinese sets no space and no capital, so where a name begins is told by what cannot be in one: an
institution is named after a place, a number, or a word that only names have; `读大学` names none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_CITIES = """
北京 上海 天津 重庆 香港 澳门 台北 高雄 石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 承德 沧州 廊坊
衡水 太原 阳泉 长治 晋城 朔州 晋中 运城 忻州 临汾 吕梁 呼和浩特 包头 乌海 赤峰 通辽 鄂尔多斯
呼伦贝尔 巴彦淖尔 乌兰察布 沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口 阜新 辽阳 盘锦 铁岭 葫芦岛 长春
辽源 通化 松原 白城 延边 哈尔滨 齐齐哈尔 鸡西 鹤岗 双鸭山 大庆 伊春 佳木斯 七台河 牡丹江 黑河
绥化 南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州 镇江 泰州 宿迁 杭州 宁波 温州 嘉兴 湖州
绍兴 金华 衢州 舟山 台州 丽水 合肥 芜湖 蚌埠 淮南 马鞍山 淮北 铜陵 安庆 黄山 滁州 阜阳 宿州 六安
亳州 池州 宣城 福州 厦门 莆田 泉州 漳州 南平 龙岩 宁德 南昌 景德镇 萍乡 九江 新余 鹰潭 赣州
吉安 宜春 抚州 上饶 济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 临沂 德州 聊城 滨州
菏泽 郑州 开封 洛阳 平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 周口 驻马店
武汉 黄石 十堰 宜昌 襄阳 鄂州 荆门 荆州 黄冈 咸宁 随州 恩施 长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德
张家界 益阳 郴州 永州 怀化 娄底 湘西 广州 韶关 深圳 珠海 汕头 佛山 江门 湛江 茂名 肇庆 惠州 梅州
汕尾 河源 阳江 清远 东莞 潮州 揭阳 云浮 南宁 柳州 桂林 梧州 北海 防城港 钦州 贵港 玉林 贺州 河池
崇左 海口 三亚 三沙 儋州 成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充 眉山 宜宾 广安
达州 雅安 巴中 资阳 阿坝 甘孜 凉山 贵阳 六盘水 遵义 毕节 铜仁 黔东南 黔南 黔西南 昆明 曲靖 玉溪
保山 昭通 丽江 普洱 临沧 楚雄 红河 文山 西双版纳 大理 德宏 怒江 迪庆 拉萨 日喀则 昌都 林芝 山南
那曲 西安 铜川 宝鸡 咸阳 渭南 延安 汉中 榆林 商洛 兰州 嘉峪关 金昌 天水 武威 张掖 平凉 酒泉 庆阳
定西 陇南 临夏 西宁 海东 银川 石嘴山 吴忠 固原 中卫 乌鲁木齐 克拉玛依 吐鲁番 哈密 昌吉 阿克苏 喀什
和田 伊犁 塔城 阿勒泰 石河子
"""
"""Cities of the prefecture level and above, but those that are common words as well."""
_PROVINCES = """
河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南
陕西 甘肃 青海 内蒙古 广西 西藏 宁夏 新疆 台湾
"""
_HAN = r"[\u4e00-\u9fff]"
_NAMED = "|".join(sorted({*_CITIES.split(), *_PROVINCES.split()}, key=lambda n: (-len(n), n)))

PLACES: tuple[re.Pattern[str], ...] = (
    re.compile(rf"({_NAMED})"),
    re.compile(rf"(?:在|从|到|去|回)({_HAN}{{2,4}}(?:市|县|镇|乡|村|区))"),
)
"""Each gives the place as its first group."""

_NO_PLACE = re.compile(
    r"(?:家乡|故乡|他乡|异乡|老乡|城市|都市|超市|门市|股市|上市|农村|乡村|山村|全村|社区|小区|地区|市区|城区|山区"
    r"|郊区|景区|校区|小镇|乡镇|城镇|县城|这个[市县镇村]|那个[市县镇村])$"
)

_KIND = re.compile(
    r"大学|学院|中学|小学|高中|幼儿园|医院|公司|集团|银行|工厂|机械厂|电子厂|钢铁厂|纺织厂|服装厂|食品厂|化工厂|报社"
)
_LONGEST = 12
"""Characters before its kind that an institution's name may have."""
_BETWEEN = re.compile(
    r"[^\u4e00-\u9fff]|[说在到去从是的了我他她你们它和把给让被对向跟与或及也就都还不没很太再又才只能会想要用以报考读上进"
    r"当做找换这那个些家所名某每各新老大小好本年月日天时候后前过着里外之间通]"
)
"""What no name of an institution holds, for the most part: it begins behind the last of these."""
_GENERAL = re.compile(
    r"(?:享受|参加|加入|离开|利用|经历|理想|正规|名牌|重点|普通|一流|儿子|女儿|孩子|整个|心理|咨询|综合|专科|私立|公立|民办"
    r"|国有|外资|合资|跨国|三甲|附近|一般|当地|外地|国外|所在|合作|互联网|科技|房地产|保险|广告|建筑|外贸|物流|金融|教育"
    r"|培训|投资|商业|国家|社区|精神|人民|附属|中心|实验|环境|知名|著名|今年|明年|去年|毕业|开始|考研|父母|爸爸|妈妈)+$"
)
"""What may stand before a kind and names none."""


def institutions(text: str) -> Iterator[tuple[int, int]]:
    """Where institutions are named, by a place or by what can be a name alone."""
    end = 0
    for kind in _KIND.finditer(text):
        # `过程中学习` holds no school.
        if kind[0].endswith("学") and text[kind.end() : kind.end() + 1] in {*"习会到着过"}:
            continue
        start = _start(text, max(end, kind.start() - _LONGEST), kind.start())
        if start is not None:
            end = kind.end()
            yield start, end


def _start(text: str, low: int, end: int) -> int | None:
    """Where the name before a kind begins; None where nothing is named."""
    signs = [match.end() for match in re.finditer(r"[^\u4e00-\u9fff]", text[low:end])]
    low += signs[-1] if signs else 0
    place = PLACES[0].search(text, low, end)
    if place is not None:
        return place.start()
    between = [match.end() for match in _BETWEEN.finditer(text[low:end])]
    low += between[-1] if between else 0
    named = text[low:end]
    return low if len(named) >= 2 and _GENERAL.search(named) is None else None


def is_place(said: str) -> bool:
    """Whether what ends as a place does is one, and not a word for any."""
    return _NO_PLACE.search(said) is None
