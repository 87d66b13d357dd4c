"""Judging a package before it costs a headset an hour: rules as data (`resources/schemas/package-lint.toml`), checks as
pure functions.

`check_settings` judges settings (as somebody types, and before a build), `check_package` a package of any origin. A check
takes a
`Subject` and yields findings; every rule has one failing and one passing test. Imports: `station.model`, the other modules of
`station.package`.
"""

from station.package.lint.engine import check_package, check_settings, refuse_errors
from station.package.lint.rules import Finding, KnownPackage, Rule, Severity, Subject, rules

__all__ = ["Finding", "KnownPackage", "Rule", "Severity", "Subject", "check_package", "check_settings", "refuse_errors", "rules"]
