"""Whether the sign-in broker of the operating system can be used here, and why not. Facts: tenant §3.2.

Asked before msal is: where the broker's package is missing msal raises an ImportError in the middle of a sign-in, and on a system
that has no broker it opens a browser of its own that cannot be cancelled.
"""

import importlib.util
import platform
import sys

from station.model.errors import ConfigurationError

PACKAGE = "pymsalruntime"


def broker_trouble(system: str = sys.platform, machine: str = "") -> ConfigurationError | None:
    """Why the broker cannot be used on this computer (fault `graph.no-broker`); None where it can."""
    if system not in ("win32", "darwin"):
        return ConfigurationError("graph.no-broker", f"none on {system}")
    if system == "darwin" and (machine or platform.machine()) != "arm64":
        return ConfigurationError("graph.no-broker", "on a Mac with Apple silicon only")
    if importlib.util.find_spec(PACKAGE) is None:
        return ConfigurationError("graph.no-broker", f"the Python package {PACKAGE} is not installed")
    return None
