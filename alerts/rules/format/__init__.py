"""What rule files may say, one module per kind. `docs/rules.md` explains every field."""

from alerts.rules.format.fields import RuleError
from alerts.rules.format.version import KINDS, Rule, RuleVersion, fingerprint, parse

__all__ = ["KINDS", "Rule", "RuleError", "RuleVersion", "fingerprint", "parse"]
