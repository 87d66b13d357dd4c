"""Tests of station.package: container, settings, compiler, import, inspection, lint, push."""
