"""Users' own rules of a cell, each once."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cells.own_rules import OwnRule
from twin.kernel.model import Rule


@dataclass
class Rules:
    """Rules while they are collected; nothing of them is executed."""

    texts: Mapping[str, str]  # of their files
    found: dict[Rule, int] = field(default_factory=dict)

    def add(self, own: OwnRule, arguments: int) -> int:
        """Return the row of a rule that takes so many arguments."""
        rule = Rule(own.file, own.function, self.texts[own.file], arguments)
        return self.found.setdefault(rule, len(self.found))
