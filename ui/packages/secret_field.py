"""A field that holds the name of a secret. The secret itself goes from the keyboard into the vault and nowhere else."""

from collections.abc import Callable
from typing import cast

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from station.package.settings_file import is_secret_name
from station.vault.secrets import SecretStore
from ui.context import Context
from ui.language import _
from ui.theme.tokens import Type
from ui.widgets.ask import ask
from ui.widgets.buttons import button
from ui.widgets.form import Field
from ui.widgets.paper import row
from ui.widgets.text import label, set_tone


def vault_of(context: Context) -> SecretStore | None:
    """The vault of the station, where the window has one."""
    return cast("SecretStore | None", context.services.get("secrets"))


class SecretField(QWidget):
    """Shows the name and whether the vault has it; “Enter the secret” stores one, `forget` removes it."""

    def __init__(self, context: Context, name: str, title: str, suggested: str, changed: Callable[[str], None]) -> None:
        super().__init__()
        self._context, self._title, self._suggested, self._changed = context, title, suggested, changed
        self.edit = QLineEdit(name)
        self.edit.setPlaceholderText(_("no secret yet"))
        self.edit.setAccessibleName(title)
        self.edit.textChanged.connect(self._typed)
        self.state = label("", Type.CAPTION, "soft")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        enter = button(_("Enter the secret …"), self.enter, icon=context.theme.icon("key"))
        enter.setEnabled(vault_of(context) is not None)
        layout.addLayout(row(self.edit, enter))
        layout.addWidget(self.state)
        self.setFocusProxy(self.edit)
        self._tell()

    def enter(self) -> None:
        """Ask for the secret and store it under the name; without a name the suggested one is taken."""
        self._context.tasks.start(self._ask(), "secret")

    def forget(self) -> None:
        """Remove the secret of the name from the vault."""
        self._context.tasks.start(self._forget(), "secret")

    async def _forget(self) -> None:
        vault, name = vault_of(self._context), self.edit.text().strip()
        if vault is not None and is_secret_name(name):
            await self._context.tasks.blocking(vault.remove, name)
            self._tell()

    async def _ask(self) -> None:
        vault = vault_of(self._context)
        if vault is None:
            return
        name = self.edit.text().strip() or self._suggested
        secret = QLineEdit()
        secret.setEchoMode(QLineEdit.EchoMode.Password)
        told = (_("It is kept in the keyring of this computer under “{name}”; the settings hold the name only.")
                if vault.persistent else _("This computer has no keyring: the secret is kept until the program closes."))
        if await ask(self.window(), self._title, told.format(name=name), _("Keep it"), content=Field(self._title, secret)):
            await self._context.tasks.blocking(vault.put, name, secret.text())
            secret.clear()
            self.edit.setText(name)
            self._changed(name)
            self._tell()

    def _typed(self, text: str) -> None:
        self._changed(text.strip())
        self._tell()

    def _tell(self) -> None:
        name, vault = self.edit.text().strip(), vault_of(self._context)
        if not name:
            said, tone = "", "soft"
        elif not is_secret_name(name):
            said, tone = _("This is the name of a secret, such as wifi/lab – never the secret itself."), "danger"
        elif vault is not None and vault.get(name) is not None:
            said, tone = _("Stored."), "good"
        else:
            said, tone = _("Nothing is stored under this name yet."), "warn"
        self.state.setText(said)
        self.state.setVisible(bool(said))
        set_tone(self.state, tone)
