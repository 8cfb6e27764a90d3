"""Common words of English and Chinese.

Which tell nothing of what a line is about, and which may lose their capital inside a sentence.
"""

from __future__ import annotations

_LOWERABLE = """
a about after all also an and any anyone as at because before being both but by each even every
everybody everyone everything first for from half he her his how if in it it's its just last
lately like maybe mostly much my no nobody not nothing now of on once one only or our out people
perhaps probably she since so some somebody somehow someone something sometimes still that
that's the their then there there's these they they're this those though to too two until
usually we we're what when whenever where which while with without you your
"""
_EMPTY_ENGLISH = """
about after again also always anything because been before being both came come could does doing
done each even ever every feel feeling feels felt find first from getting give goes going gone
good have having here into it's just keep know like little look looking made make makes many
maybe mean might more most much need never nothing okay only other over really right same seem
seems some someone something sort sounds still such sure take tell than thank thanks that that's
their them then there there's these they they're thing things think this those thought through
time today told took very want wants well went were what what's when where which while will with
without word words would year you're your yours
"""
_EMPTY_CHINESE = """
一下 一个 一些 一次 一点 上的 不会 不是 不能 了一 事情 什么 今天 会不 但是 你们
你有 你的 你觉 你说 其实 刚才 到的 可以 可能 听起 因为 在一 多说 好像 如果 就是
已经 很多 怎么 想要 感觉 愿意 我们 我想 我的 所以 时候 是一 是不 有一 有没 有点
比较 没有 点儿 现在 的事 的感 的时 的那 真的 知道 能不 自己 觉得 说的 说说 起来
还是 这个 这么 这些 这样 那个 那么 那些 那样 里面 非常
"""

LOWERABLE = frozenset(_LOWERABLE.split())
"""Words that begin a sentence in capitals only because they begin it."""

EMPTY = frozenset(_EMPTY_ENGLISH.split()) | frozenset(_EMPTY_CHINESE.split())
"""Words (Chinese: pairs of characters) that say nothing of a line's topic."""
