"""Windows provisioning packages (.ppkg): settings model, compiler, WIM container, lint, inspection, ICD driver.

Imports: `station.model`.
"""
