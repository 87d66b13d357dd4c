"""The command line: the twin of every screen. Data on standard output, diagnostics on standard error.

Imports: anything in `station`.
"""
