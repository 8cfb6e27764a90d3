"""What stands in a client's line and is not meant: what only nearly was, and other people's kin.

The ear takes it out before it looks for the words on its lists.
"""

from __future__ import annotations

import re

from muspsy_sim.records.base import Language

NEARLY: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\bi can't (?:remember|recall|help)\b|\bbothers me less\b"
        r"|\bi (?:nearly|almost) (?:forgot|didn't|said i had)\b"
        r"|\bi (?:couldn't|can't|could not) (?:say|tell|explain|think|keep it in|get air)\b"
        r"|\bi (?:should|ought to) (?:say|add|mention)\b|, i'm afraid(?=[.,]|$)"
        r"|\b(?:nobody|no one)(?:'s| has| ever)? died\b"
        r"|\b(?:out of|in|inside|into|round|through) my (?:own )?head\b|\bquiet head\b"
        r"|\bi(?:'ve)? never (?:told|said|asked|thought|did|had|saw|heard|got|knew|expected|met)\b"
        r"|\b(?:kid|child|he|she|they|somebody|someone|woman|man)(?:'s| is| was| are| were)?"
        r" (?:actually |really |just )?(?:crying|cried)\b|\bwhen i'm tired\b"
        r"|\bdrunk (?:water|tea|coffee)\b|\btoo much into\b"
        r"|\bworry let go\b|\bdon't worry at all\b|\bworry's (?:down|somewhere)\b"
        r"|\bi've (?:felt|looked) better\b|\bon a good day\b|\bi couldn't (?:give|put)\b"
        r"|\b(?:his|her|their) (?:mother|father|wife|husband|son|daughter)'s (?:ashes|grave)",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        "差(?:一)?点(?:儿|就)?(?:全|给)?(?:忘了|没做|没弄)|以前从来没有?过|从来没(?:有)?(?:痛|疼|想到|见|听|去|提|说)过|一直都这么|动手之前|真要动手|我得(?:说声|等它|赶紧|设个|走了|回去)"
    ),
}
"""What nearly happened did not, not to be able to say is no inability, what is new is no `never`,
and having to wait for a hook to hang still is no rule to live by."""


THEIRS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:his|her|their|(?!(?:it|that|there|he|she|what|here|who|how)'s)[a-z]{2,}'s)"
        r" (?:own |late |new |old )?(?:mother|mum|mom|father|dad"
        r"|parents|folks|wife|husband|partner|sister|brother|aunt|uncle|son|daughter|kids|children"
        r"|boss|manager|friends?)\b",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        "(?:他|她|人家|别人|对方|同事|朋友|同学|室友)(?:们)?(?:的|家)?(?:爸妈|爸爸|妈妈|父母|父亲|母亲|爸|妈|公婆|婆婆"
        "|公公|哥哥?|姐姐?|弟弟?|妹妹?|老公|丈夫|先生|老婆|妻子|媳妇|儿子|女儿|闺女|孩子|奶奶|爷爷)"
    ),
}
"""Somebody else's kin: not the client's, and so no topic that is said back with a `your`."""
OF_THE_MATTER = (
    "cannot",
    "thought",
    "blow",
    "body",
    "should",
    "treated",
    "habit",
    "dont_know",
    "ended",
    "asks_advice",
)
"""Cues that are not looked for in lead-ins and courtesies."""
