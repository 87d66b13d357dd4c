"""HoloBench without a screen: everything a provisioning bench does that needs no window.

Rooms import downwards only: bench, cli -> autopilot, tenant -> links, journal -> package, paths -> model.
`practice` may import anything here; nothing but compositions (`station.cli`, `ui`) and tests imports `practice`.
No module of this package imports Qt. import-linter checks all of it (`[tool.importlinter]` in pyproject.toml).
"""
