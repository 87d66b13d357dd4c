"""Windows provisioning packages (.ppkg): settings model, compiler, WIM container, lint, inspection, ICD driver.

From the outside in: `settings_file` (TOML, the only place with pydantic) gives `settings` (frozen values); `settings_tree`
turns them
into the element tree of customizations.xml and back; `compiler` turns that tree into provxml with a `schema` (our own
table, or the
person's own Windows Configuration Designer store through `hive` and `store`); `layout` and `build` put the files into a WIM
(`wim_write`). The way back is `wim_read`, `inspection`, `importer`; `comparison` and `lint` judge; `push_plan` says what a
push does.
Secrets are names in all of it; values come from a `Callable[[str], str]` at build time and go nowhere else.

Imports: `station.model`, `resources`.
"""
