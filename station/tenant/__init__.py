"""The tenant as a bench needs it: readiness check, enrolment tracking, returns.

    tracking, tracker    TenantTracker(client, clock).observe({serial: since}, deadline) -> {serial: {fact key: value}}
    evidence, checks     read_evidence(client, deadline), judge(evidence, …) -> findings; offers.py creates what is missing
    verdicts, known      findings and records of a unit in words, the same for screen and command line
    needs                what the check says about the needs of enrolment paths
    records, plan        everything known about a serial, and the pure plan "leave" or "reuse"
    returning            carries a plan out: journalled, resumable, each outcome proved by reading back

Decisions are pure functions over values; requests to Graph are planned as `GraphRequest` values and sent unchanged.
Imports: `station.links`, `station.journal` and what lies below them.
"""
