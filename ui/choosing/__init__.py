"""Which path fits: what is known of unit and tenant, two questions, and every path with what speaks for or against it.

    questions   the pure half: answers, the situation they make with what is known, the words of each answer
    dialog      the questions and the paths below them
    offer       one path as paper: what it is for, who becomes device owner, what is missing and who brings it about

Imports: `ui.theme`, `ui.widgets`, `ui.context`, `ui.language`, `station.paths`, `station.model`, PySide6.
"""
