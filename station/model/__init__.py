"""Values and rules of the bench, with no input or output.

Units, slots, builds, facts, events, faults, blueprints, paths as types, runs and their pure `reduce`, the error family.
Imports: the standard library only.
"""
