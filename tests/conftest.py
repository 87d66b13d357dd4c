"""What every suite shares: property tests without a stop-watch, since a busy machine is no failure of the product."""

from hypothesis import HealthCheck, settings

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

pytest_plugins = ["tests.shared_record"]
