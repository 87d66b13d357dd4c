"""What every suite shares: property tests without a stop-watch, since a busy machine is no failure of the product; widgets that
die on the thread that made them; and, where `dev.py test` asks for it, ears that hear every secret, so that what the suites
leave can be searched for them at the end.
"""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

pytest_plugins = ["tests.shared_record", "tests.widget_garbage"]


def pytest_configure(config: pytest.Config) -> None:
    """Listen in this process; the workers of a suite are processes of their own."""
    folder = os.environ.get("HOLOBENCH_LEAVINGS")
    if folder:
        from tests.leaks.ears import listen_everywhere

        listen_everywhere(Path(folder))
