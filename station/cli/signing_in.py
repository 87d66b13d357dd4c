"""Opening the tenant for a command: the configured one, signed in if the person asks for it, with what must be told."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from station.cli.context import Context
from station.links.graph.client import Observer, unobserved
from station.links.graph.opening import GraphLink, open_graph
from station.links.graph.signin import Account, DeviceCode
from station.model.errors import ConfigurationError
from station.model.timing import Deadline
from station.model.words import N_
from station.vault.secrets import open_secrets

SIGN_IN_SECONDS = 300.0
WAYS = ("browser", "device-code")


def add_sign_in(parser: argparse.ArgumentParser) -> None:
    """`--sign-in`: for sessions without a keyring, where a sign-in lasts as long as the command."""
    parser.add_argument("--sign-in", choices=WAYS, default="", help="sign in first, in this way")


@contextmanager
def open_tenant(context: Context, way: str, scopes: tuple[str, ...], observer: Observer = unobserved) -> Iterator[GraphLink]:
    """The configured tenant. Raises ConfigurationError `configuration.no-tenant` and what signing in raises."""
    settings = context.config.tenant_settings()
    secrets = open_secrets()
    if not secrets.persistent and not settings.app_only:
        context.complain(ConfigurationError("vault.no-keyring"))
    with open_graph(settings, secrets, context.config.data, context.clock, observer) as link:
        if way:
            sign_in(link, context, way, scopes)
        yield link


def sign_in(link: GraphLink, context: Context, way: str, scopes: tuple[str, ...]) -> Account:
    """Sign a person in; addresses and codes are shown on standard error."""
    deadline = Deadline(SIGN_IN_SECONDS)
    if way == "device-code":
        return link.signin.sign_in_device_code(scopes, deadline, lambda code: _show_code(context, code))
    if link.signin.broker_trouble is not None:
        context.complain(link.signin.broker_trouble)
    return link.signin.sign_in(scopes, deadline, show=lambda page: context.note(
        context.translate(N_("Open this page to sign in: {page}")).format(page=page)))


def _show_code(context: Context, code: DeviceCode) -> None:
    context.note(context.translate(N_("Open {page} and type the code {code}")).format(page=code.address, code=code.code))
