"""The virtual tenant as a process of its own.

    python -m station.practice.tenant [--speed X] [--seed N] [--faults SPEC] [--populate N] [--port N] [--while-stdin-open]

Prints one line of JSON (where it is, the authority's file, the app and its certificate) and serves until it is interrupted.
`GET /practice/seen` tells what it has seen.
"""

import argparse
import json
import signal
import sys
import threading
from collections.abc import Sequence

from station.model.errors import HoloBenchError
from station.model.timing import ScaledClock
from station.practice.tenant.tenant import VirtualTenant


def main(arguments: Sequence[str]) -> int:
    """Serve until interrupted; 2 for arguments that cannot be used."""
    options = _options(arguments)
    try:
        tenant = VirtualTenant(ScaledClock(options.speed), options.seed, options.faults, port=options.port,
                               auto_approve=not options.ask)
    except HoloBenchError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_status
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    signal.signal(signal.SIGINT, lambda *_: over.set())
    with tenant:
        serials = tenant.populate(options.populate)
        sys.stdout.write(json.dumps(_where(tenant, serials)) + "\n")
        sys.stdout.flush()
        if options.while_stdin_open:
            threading.Thread(target=_watch_stdin, args=(over,), daemon=True).start()
        over.wait()
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m station.practice.tenant", description="A practice tenant on loopback.")
    parser.add_argument("--speed", type=float, default=1.0, help="bench seconds per second")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", default="", help="such as other-tenant:2,throttle:5%%")
    parser.add_argument("--populate", type=int, default=0, metavar="N", help="put N registered devices in")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--ask", action="store_true", help="the sign-in page asks instead of approving by itself")
    parser.add_argument("--while-stdin-open", action="store_true", help="end when the starter closes the standard input")
    return parser.parse_args(arguments)


def _where(tenant: VirtualTenant, serials: Sequence[str]) -> dict[str, object]:
    certificate = tenant.app_certificate()
    return {
        "base_url": tenant.base_url, "graph_url": tenant.graph_url, "authority": tenant.authority, "ca_file": tenant.ca_file,
        "tenant_id": tenant.tenant_id, "client_id": tenant.client_id, "private_key": certificate.private_key,
        "certificate": certificate.certificate, "thumbprint": certificate.thumbprint, "registered": len(serials)}


def _watch_stdin(over: threading.Event) -> None:
    while sys.stdin.readline():
        pass
    over.set()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
