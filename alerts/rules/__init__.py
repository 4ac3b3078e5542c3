"""Rules: strict YAML, one file each, known by the hash of what they say. Pure."""

from alerts.rules.format import Rule, RuleError, RuleVersion, parse
from alerts.rules.loading import builtin, load, load_folder

__all__ = ["Rule", "RuleError", "RuleVersion", "builtin", "load", "load_folder", "parse"]
