"""The Tenant screen: who is signed in and with which rights, the readiness check, and creating what the tenant lacks.

    desk        what blocks: sign-in, check, creating; called in threads, no Qt
    work        what lasts while screens come and go: what is known, what is under way
    screen      the page; sign_in, rights, verdicts, creating are its cards; banner says that a person must sign in

Imports: `station.tenant`, `station.links.graph`, `station.model`, `ui.widgets`, `ui.theme`, `ui.language`, `ui.context`.
"""
