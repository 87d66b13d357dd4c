"""Enrolment paths: one declarative module each, holding preconditions, steps, proofs and budgets as data.

Imports: `station.model`.
"""
