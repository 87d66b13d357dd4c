"""Continuous access evaluation: claims challenges, and which tokens still pass.

A challenge tells the client to fetch a token that answers it (facts: tenant §3.6). The gate has a level; a token carries the
level of the challenge that it answers, and one below the gate is refused with the challenge.
"""

import base64
import json
import threading
from typing import Any


class ClaimsGate:
    """The level that tokens of CP1 clients must reach."""

    def __init__(self) -> None:
        self._level = 0
        self._answered = 0
        self._lock = threading.Lock()

    @property
    def level(self) -> int:
        return self._level

    def raise_level(self) -> None:
        """Refuse every token that is out now, until a claims challenge has been answered."""
        with self._lock:
            self._level += 1

    def level_for(self, claims: str) -> int:
        """The level of a token asked for with this `claims` parameter; once a challenge is answered, newer tokens pass too."""
        asked = _access_token_claims(claims).get("nbf", {})
        value = str(asked.get("value", "0")) if isinstance(asked, dict) else "0"
        with self._lock:
            self._answered = max(self._answered, min(int(value), self._level) if value.isdigit() else 0)
            return self._answered

    def header(self, base_url: str) -> str:
        """The `WWW-Authenticate` header of the challenge."""
        claims = json.dumps({"access_token": {"nbf": {"essential": True, "value": str(self._level)}}}, separators=(",", ":"))
        encoded = base64.b64encode(claims.encode()).decode().rstrip("=")
        return (f'Bearer realm="", authorization_uri="{base_url}/common/oauth2/authorize", '
                f'client_id="00000003-0000-0000-c000-000000000000", error="insufficient_claims", claims="{encoded}"')


def asked_capabilities(claims: str) -> tuple[str, ...]:
    """The capabilities (`CP1`) that the client declares in its `claims` parameter."""
    asked = _access_token_claims(claims).get("xms_cc", {})
    return tuple(asked.get("values", ())) if isinstance(asked, dict) else ()


def _access_token_claims(claims: str) -> dict[str, Any]:
    try:
        found = json.loads(claims or "{}").get("access_token", {})
    except (ValueError, AttributeError):
        return {}
    return found if isinstance(found, dict) else {}
