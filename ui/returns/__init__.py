"""The Returns screen: everything known about a serial side by side, and the way back: leave the organization, or use here again.

    desk         what blocks: reading the tenant, carrying a return out; called in threads, no Qt
    decision     the plan or the refusal for what was found and chosen, as a pure function
    known        what each source knows, as names and texts
    work         what lasts while screens come and go
    screen       the page; columns, choices, steps are its parts

Imports: `station.tenant`, `station.journal`, `station.model`, `ui.tenant.banner`, `ui.widgets`, `ui.theme`, `ui.context`.
"""
