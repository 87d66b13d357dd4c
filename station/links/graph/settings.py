"""Which tenant, through which app, how to sign in: the tenant section of the configuration as a value."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from station.links.graph.clouds import Cloud, cloud


@dataclass(frozen=True, slots=True)
class TenantSettings:
    """The tenant section. `tenant` is the tenant's id or one of its domains, `client` the id of the app registered there.

    `ca_file`: CA bundle of a custom cloud or an inspecting proxy (else the trust store of the operating system).
    `broker`: sign in through the Windows or macOS broker instead of the browser.
    `certificate`: PFX file for app-only sign-in; its passphrase is the secret `certificate_secret` (a name, never the value).
    """

    tenant: str
    client: str
    cloud: Cloud
    ca_file: Path | None = None
    broker: bool = False
    certificate: Path | None = None
    certificate_secret: str = ""

    @property
    def authority(self) -> str:
        """Address that msal signs in at, with the tenant."""
        return f"{self.cloud.authority}/{self.tenant}"

    @property
    def graph(self) -> str:
        """Address of Graph, without a version."""
        return self.cloud.graph

    @property
    def app_only(self) -> bool:
        """Whether the station signs in as itself instead of as a person."""
        return self.certificate is not None


def custom_settings(authority: str, graph: str, client: str, ca_file: Path | None = None) -> TenantSettings:
    """Settings of a custom cloud from the full authority (`https://host:port/<tenant>`), as a virtual tenant gives it."""
    parts = urlsplit(authority)
    tenant = parts.path.strip("/").split("/")[0]
    return TenantSettings(tenant, client, cloud("custom", f"{parts.scheme}://{parts.netloc}", graph), ca_file)
