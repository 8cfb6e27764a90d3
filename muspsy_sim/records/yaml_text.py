"""Values as YAML text that `read_tree` reads back as the same values, laid out for a reader.

Long text stands in blocks, other languages as they are, keys in the order given, and nothing is
referred to by alias.
"""

from __future__ import annotations

import yaml

from muspsy_sim.records.yaml_tree import plain_value

# PyYAML writes these as they are although a YAML reader takes them for line ends, or drops them.
_ESCAPED = frozenset("\x85\u2028\u2029\ufeff\r")


def yaml_text(value: object) -> str:
    """Write plain dicts, lists, text, numbers, booleans and None as one YAML document.

    Raises:
        yaml.representer.RepresenterError: something else is in it.
    """
    return yaml.dump(
        value,
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=False,
        width=100,
    )


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None
    if _ESCAPED.intersection(text):
        style = '"'
    elif "\n" in text:
        style = "|"
    elif not isinstance(plain_value(text), str):
        style = "'"  # YAML 1.1, which PyYAML writes, takes fewer words for numbers than 1.2
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)
