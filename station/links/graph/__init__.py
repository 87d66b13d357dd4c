"""Microsoft Graph: sign-in, the paced HTTP client, the table of routes and scopes. Imports: `station.model`, `station.vault`.

    settings = TenantSettings(tenant, client, CLOUDS["global"])          # settings.py, clouds.py; custom_settings() for practice
    signin = SignIn(settings, open_secrets(), cache_file, clock)         # signin.py; msal is loaded on first use
    signin.sign_in_browser(LOOK, Deadline(180))                          # only because a person pressed a button
    graph = GraphClient(settings.graph, HttpsWire(settings.ca_file), signin, process_pacer(), observer)

    client.call(GraphRequest, Deadline) -> dict     one request; OutcomeUnknown, GraphError, NotFound, SignInNeeded, LinkLost …
    client.rows(GraphRequest, Deadline) -> list     all pages of a list
    batch(client, requests, Deadline)               20 a round trip, answers in the order of the requests

    autopilot_calls   import_identities, list_imported, delete_imported, list_autopilot_devices, find_autopilot_devices,
                      get_autopilot_device, update_request, sync, sync_state, list_profiles, profile_request, degrade
    device_calls      list_managed_devices, find_managed_devices, find_entra_devices, list_entra_autopilot, group_request …
    values            NewIdentity, ImportedIdentity, AutopilotDevice, ManagedDevice, EntraDevice, Group, Profile, NotKnown

A `GraphRequest` is a value: what a plan shows (`request.line()`), what is journalled and what is sent is the same thing. Practice
gives its own `Pacer(clock)` so that waits run at the clock's speed. Nothing in this room opens a window unless a `sign_in_*` is
called.
"""
