"""The bench: slots, sensors that turn links into facts, and the runner that turns steps into actions.

One asyncio loop owns it; links block in threads of their own. How something that happens becomes a tile:

    a headset is plugged in    usb_bus → presence: a lane (its thread) and a sensor for this unit
    a fact is observed         sensing, portals → pen → journal → back as an event → `Bench._fold` → board → screens
    a person says something    `Bench.start`, `attest`, `retry`, … → pen → journal → the same way back
    a run has moved            runner: the intent under the run's claim (claims) → action (*_actions) → its outcome

Nothing reaches the board but durable events of this station. `ports` is what the bench asks of the outside, `wiring` puts the
real one together, `only_one` keeps a second program out. Imports: `station.autopilot`, `station.tenant` and what lies below them.
"""
