"""The virtual tenant: sign-in (OpenID Connect) and Microsoft Graph over HTTPS on loopback, for practice and for tests.

It behaves as the documents say Entra, Intune and Autopilot behave: delays in bench time, states, errors, and every odd
behaviour as a named quirk (`quirks.py`). It checks every request against the published contract (`contract.py`) and keeps
what did not fit in `VirtualTenant.violations`. It never talks to a real tenant. Imports: anything in `station`; only
compositions and tests import it.
"""

from station.practice.tenant.tenant import VirtualTenant

__all__ = ["VirtualTenant"]
