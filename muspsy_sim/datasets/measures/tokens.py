"""Words of a text, by a tokenizer that is named in every result: jieba or NLTK's word tokenizer."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from functools import cache

from muspsy_sim.records.base import Language
from muspsy_sim.records.errors import FormatError

Tokens = list[str]

_WORD = re.compile(r"\w")


@cache
def tokenizer(language: Language) -> tuple[str, Callable[[str], Tokens]]:
    """The tokenizer of a language and its name with its version. Signs that are no word are kept.

    Chinese: jieba, exact mode, its own dictionary. English: NLTK's word tokenizer, lower case.

    Raises:
        FormatError: the library is not installed.
    """
    return _jieba() if language == "zh" else _nltk()


def words(tokens: Tokens) -> Tokens:
    """The tokens that hold a letter or a digit."""
    return [token for token in tokens if _WORD.search(token)]


def _jieba() -> tuple[str, Callable[[str], Tokens]]:
    try:
        import jieba
    except ImportError as error:
        raise _missing("jieba") from error
    jieba.setLogLevel(logging.ERROR)

    def cut(text: str) -> Tokens:
        return [token for token in jieba.lcut(text) if not token.isspace()]

    return f"jieba {jieba.__version__}", cut


def _nltk() -> tuple[str, Callable[[str], Tokens]]:
    try:
        import nltk
        from nltk.tokenize import NLTKWordTokenizer
    except ImportError as error:
        raise _missing("NLTK") from error
    made = NLTKWordTokenizer()

    def cut(text: str) -> Tokens:
        return [token.lower() for token in made.tokenize(text)]

    return f"NLTKWordTokenizer, NLTK {nltk.__version__}", cut


def named(languages: Iterable[Language]) -> dict[str, str]:
    """Language to the name of its tokenizer."""
    return {language: tokenizer(language)[0] for language in sorted(set(languages))}


def _missing(what: str) -> FormatError:
    return FormatError(
        f"measuring needs {what}, which is not installed",
        hint="pip install 'muspsy-sim[measures]'",
    )
