"""Which tenant the station works for: ids and cloud, as the configuration file holds them. Read at the next start."""

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QVBoxLayout, QWidget

from station.links.graph.clouds import CLOUDS
from station.model.words import N_
from ui.context import Context, Kind
from ui.language import _
from ui.settings.desk import ConfigurationDesk
from ui.widgets.buttons import Weight, button
from ui.widgets.form import Field
from ui.widgets.text import label

CUSTOM = "custom"
CLOUD_NAMES: Mapping[str, str] = {**{key: cloud.title for key, cloud in CLOUDS.items()}, CUSTOM: N_("Custom cloud")}


class TenantForm(QWidget):
    """The fields of the tenant section that a person sets; certificates for unattended stations stay in the file."""

    def __init__(self, context: Context, desk: ConfigurationDesk) -> None:
        super().__init__()
        self._context, self._desk = context, desk
        now = desk.config.tenant
        self.tenant, self.client = QLineEdit(now.get("tenant", "")), QLineEdit(now.get("client", ""))
        self.authority, self.graph = QLineEdit(now.get("authority", "")), QLineEdit(now.get("graph", ""))
        self.cloud = QComboBox()
        for key, title in CLOUD_NAMES.items():
            self.cloud.addItem(_(title), key)
        self.cloud.setCurrentIndex(max(0, self.cloud.findData(now.get("cloud", "global"))))
        self.broker = QCheckBox(_("Sign in through Windows (broker) instead of the browser"))
        self.broker.setChecked(bool(now.get("broker", False)))
        self._tenant = Field(_("Tenant"), self.tenant, _("Its id, or a domain such as contoso.onmicrosoft.com."))
        self._client = Field(_("Application (client) ID"), self.client,
                             _("Of the app that the tenant admin registered for this station."))
        self._own = [Field(_("Sign-in address"), self.authority), Field(_("Graph address"), self.graph)]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(label(_("Read when HoloBench starts. The tenant guide tells how to register the app."), tone="soft"))
        for part in (self._tenant, self._client, Field(_("Cloud"), self.cloud), *self._own, self.broker):
            layout.addWidget(part)
        save = button(_("Save the tenant"), self._save, Weight.PLAIN)
        layout.addWidget(save, 0, Qt.AlignmentFlag.AlignLeft)
        self.cloud.currentIndexChanged.connect(self._show_own)
        self._show_own()

    def _show_own(self) -> None:
        for field in self._own:
            field.setVisible(self.cloud.currentData() == CUSTOM)

    def _save(self) -> None:
        said = {self._tenant: self.tenant.text().strip(), self._client: self.client.text().strip()}
        for field, text in said.items():
            field.complain("" if text or not any(said.values()) else _("Tenant and application belong together."))
        if len({bool(text) for text in said.values()}) == 1:
            self._context.tasks.start(self._keep(), "tenant settings")

    async def _keep(self) -> None:
        custom = self.cloud.currentData() == CUSTOM
        values = {
            "tenant": self.tenant.text().strip(), "client": self.client.text().strip(),
            "cloud": "" if self.cloud.currentData() == "global" else self.cloud.currentData(), "broker": self.broker.isChecked(),
            "authority": self.authority.text().strip() if custom else "", "graph": self.graph.text().strip() if custom else "",
        }
        await self._context.tasks.blocking(self._desk.keep_tenant, values)
        self._context.shell.notify(_("Saved. Start HoloBench again to work for this tenant."), Kind.GOOD)
