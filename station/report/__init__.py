"""Reports of units and batches: certificates, tables, labels, metrics. Pure values in, text out (HTML, CSV, ZPL, SVG).

The room folds what the journal holds and changes nothing. Drawing on paper (PDF, system printer) is done by `ui.records` from
the same values. Imports: `station.journal`, `station.model`, segno.
"""
