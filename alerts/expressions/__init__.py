"""Conditions as data: names, literals, comparisons, `in`, `and`, `or`, `not`, brackets.

Playbooks, levels and statutory rules are led by such conditions. A text is parsed to a tree by a
parser of its own and walked; nothing is ever evaluated as code. What is not known makes the answer
unknown where it matters (Kleene's three values), never false by accident.
"""

from __future__ import annotations

from alerts.expressions.parsing import DEEPEST, LONGEST, ExpressionError, parse
from alerts.expressions.tree import Expression

__all__ = ["DEEPEST", "LONGEST", "Expression", "ExpressionError", "parse"]
