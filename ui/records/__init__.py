"""Records: history of runs, figures, certificates, labels, exports, the check of the record, handover of a shift.

The values come from `station.report`; here they get a table, a preview, paper and a printer.
Imports: `station.report`, `station.journal`, `station.model`, `ui.widgets`, `ui.theme`, Qt.
"""
