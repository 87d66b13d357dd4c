"""The command line: the twin of every screen. Data on standard output, diagnostics on standard error.

`main` finds the command and turns errors into messages and exit statuses; each command is a module with `add_parser` and `run`,
loaded only when it is the one that is asked for; `context` is what they all get. Imports: anything in `station`.
"""
