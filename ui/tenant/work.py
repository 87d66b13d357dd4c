"""What is known of the tenant and what is being done in it. Lives as long as the window; screens come and go over it.

One thing at a time; it can be stopped. A failure rises to `Tasks`, which shows it; SignInNeeded is kept for the banner instead.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeVar

from station.links.graph.signin import DeviceCode
from station.model.errors import Cancelled, SignInNeeded
from station.model.timing import CancelToken, Deadline
from station.tenant.offers import Offer
from ui.context import Kind, Shell
from ui.language import _
from ui.tasks import Tasks
from ui.tenant.desk import BROWSER_SECONDS, CHECK_SECONDS, CODE_SECONDS, Checked, Session, TenantDesk

T = TypeVar("T")


class Doing(StrEnum):
    """What is under way."""

    NOTHING = ""
    LOOKING = "looking"
    BROWSER = "browser"
    CODE = "code"
    LEAVING = "leaving"
    CHECKING = "checking"
    NETWORK = "network"
    CREATING = "creating"


def _still() -> None:
    """Nobody watches."""


class Work:
    """See the module. `on_change` hears of every change, on the loop's thread."""

    def __init__(self, desk: TenantDesk, tasks: Tasks, shell: Shell) -> None:
        self.desk = desk
        self._tasks, self._shell = tasks, shell
        self.doing = Doing.NOTHING
        self.stopping = False
        self.session: Session | None = None
        self.code: DeviceCode | None = None
        self.page = ""
        self.checked: Checked | None = None
        self.need: SignInNeeded | None = None
        self.on_change: Callable[[], None] = _still
        self._token = CancelToken()
        self._begun = False     # from the press of a button until the loop comes to it

    @property
    def busy(self) -> bool:
        """Whether anything is under way."""
        return self._begun or self.doing is not Doing.NOTHING

    @property
    def signed_in(self) -> bool:
        """Whether somebody is signed in, as far as is known."""
        return self.session is not None and self.session.account is not None

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Do one of the things below unless another is under way."""
        if self.busy:
            work.close()
            return
        self._begun = True
        self._tasks.start(work, "tenant")

    def stop(self) -> None:
        """Stop what is under way; nothing is left half-done in the tenant by it."""
        if self.busy:
            self.stopping, self.code, self.page = True, None, ""
            self._token.cancel()
            self.on_change()

    # What can be done.

    async def look(self) -> None:
        """Find out who is signed in."""
        async with _Doing(self, Doing.LOOKING):
            await self._look()

    async def sign_in_browser(self, scopes: tuple[str, ...], window: int) -> None:
        """Sign in through the browser of this computer."""
        async with _Doing(self, Doing.BROWSER):
            show = self._from_thread(self._show_page)
            await self._tasks.blocking(self.desk.sign_in_browser, scopes, self._deadline(BROWSER_SECONDS), show, window)
            await self._welcome()

    async def sign_in_code(self, scopes: tuple[str, ...]) -> None:
        """Sign in with a code on another device."""
        async with _Doing(self, Doing.CODE):
            show = self._from_thread(self._show_code)
            await self._tasks.blocking(self.desk.sign_in_code, scopes, self._deadline(CODE_SECONDS), show)
            await self._welcome()

    async def sign_out(self) -> None:
        """Forget the sign-in on this computer."""
        async with _Doing(self, Doing.LEAVING):
            await self._tasks.blocking(self.desk.signin.sign_out)
            self.checked = None
            await self._look()
        self._shell.notify(_("Signed out."))

    async def check(self, group_tag: str) -> None:
        """Check the tenant, then the network of this bench."""
        async with _Doing(self, Doing.CHECKING):
            self.checked = await self._tasks.blocking(self.desk.check, group_tag, self._deadline(CHECK_SECONDS))
            self.need = self.checked.lacking
            self.doing = Doing.NETWORK
            self.on_change()
            network = await self._tasks.blocking(self.desk.network, self._deadline(CHECK_SECONDS))
            self.checked = replace(self.checked, network=network)

    async def create(self, plan: tuple[Offer, ...], group_tag: str) -> None:
        """Make the calls that were shown, then check again."""
        async with _Doing(self, Doing.CREATING):
            before, self.checked = self.checked, None       # whatever happens, it is out of date from here on
            await self._tasks.blocking(self.desk.create, plan, self._deadline(CHECK_SECONDS))
            self._shell.notify(_("Created."), Kind.GOOD)
            fresh = await self._tasks.blocking(self.desk.check, group_tag, self._deadline(CHECK_SECONDS))
            self.checked = replace(fresh, network=before.network if before else ())

    # Parts.

    async def _look(self) -> None:
        self.session = await self._tasks.blocking(self.desk.session)

    async def _welcome(self) -> None:
        self.need = None
        await self._look()
        account = self.session.account if self.session else None
        if account is not None:
            self._shell.notify(_("Signed in as {name}.").format(name=account.name), Kind.GOOD)

    def _deadline(self, seconds: float) -> Deadline:
        return Deadline(seconds, self._token)

    def _show_code(self, code: DeviceCode) -> None:
        if not self.stopping:
            self.code = code
            self.on_change()

    def _show_page(self, page: str) -> None:
        if not self.stopping:
            self.page = page
            self.on_change()

    def _from_thread(self, hear: Callable[[T], None]) -> Callable[[T], None]:
        """From a thread to the loop; a window that is closing has nobody left to tell."""
        loop = asyncio.get_running_loop()

        def tell(value: T) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(hear, value)
        return tell

    def begin(self, doing: Doing) -> None:
        """Something begins."""
        self.doing, self.stopping, self._begun, self._token = doing, False, False, CancelToken()
        self.on_change()

    def end(self, failure: BaseException | None) -> bool:
        """It is over; whether nobody else needs to hear of the failure. What still blocks in a thread ends too."""
        self._token.cancel()
        self.doing, self.stopping, self.code, self.page = Doing.NOTHING, False, None, ""
        if isinstance(failure, SignInNeeded):
            self.need = failure
        if isinstance(failure, Cancelled):
            self._shell.notify(_("Stopped."))
        self.on_change()
        return isinstance(failure, SignInNeeded | Cancelled)


class _Doing:
    """Marks begin and end of one thing."""

    def __init__(self, work: Work, doing: Doing) -> None:
        self._work, self._doing = work, doing

    async def __aenter__(self) -> None:
        self._work.begin(self._doing)

    async def __aexit__(self, kind: type[BaseException] | None, failure: BaseException | None, trace: object) -> bool:
        return self._work.end(failure)
