"""The files of a package and where they stand, and the XML block of its container.

Source: facts/packages §1.2 (XML block) and §1.3 (tree, constant files with their checksums).
"""

import datetime
from dataclasses import dataclass
from xml.sax.saxutils import escape

from station.package.compiler import CarriedFile, Compiled, ProvFile
from station.package.customizations import Customizations, document, escape_attribute, render, render_answer_file
from station.package.settings import ALTITUDES, Owner, PackageSettings
from station.package.wim_format import filetime
from station.package.wim_write import Totals

MULTIVARIANT = (b'<?xml version="1.0" encoding="UTF-8"?>\r\n<Elements Type="Multivariant">\r\n'
                b'  <Element Index="0">\r\n  </Element>\r\n</Elements>')
COMMON_SETTINGS = MULTIVARIANT.replace(b'"Multivariant"', b'"CommonSettings"').replace(b'"0"', b'"1"')
ASSET_INDEX = 2
"""Elements are numbered through the package: Multivariant 0, CommonSettings 1, files from 2 (seen in a real package)."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A carried file whose checksum is known."""

    file: CarriedFile
    number: int
    digest: str
    index: int = ASSET_INDEX

    @property
    def key(self) -> str:
        """How provxml and DataAsset.xml call it: `<k>_<base64 of SHA-256, / as .>\\<name>` (facts/packages §1.5)."""
        return f"{self.number}_{self.digest}\\{self.file.name}"

    @property
    def path(self) -> str:
        return f"DataAsset/{self.index}/{self.number}_{self.digest}/{self.file.name}"


def text_files(customizations: Customizations, compiled: Compiled, assets: list[Asset], *, source: bool) -> dict[str, bytes]:
    """All small files by path. `source` says whether customizations.xml and AnswerFile.xml, which repeat every secret, go
    along.
    """
    contexts = list(dict.fromkeys(f.context for f in compiled.files)) or ["RunTime"]
    files = {"Multivariant/Multivariant.xml": MULTIVARIANT,
             "Multivariant/0/MasterDatastore.xml": _datastore(contexts),
             "CommonSettings/CommonSettings.xml": COMMON_SETTINGS}
    if source:
        files["Multivariant/0/customizations.xml"] = render(customizations)
        files["CommonSettings/1/AnswerFile.xml"] = render_answer_file(customizations.common)
    for context in contexts:
        members = [f for f in compiled.files if f.context == context]
        files[f"Multivariant/0/Prov/{context}.xml"] = _run_list(context, members)
        for member in members:
            files[f"Multivariant/0/Prov/{context}/{member.name}.provxml"] = member.data()
    if assets:
        files["DataAsset/DataAsset.xml"] = _assets_list(assets)
    return files


def _datastore(contexts: list[str]) -> bytes:
    lines = ['<ConfigurationSourceList Version="1.0">']
    for context in contexts:
        lines += [f'  <ConfigurationSource Name="{context}" Path="$(_prov)\\{context}.xml">', "    <EventList>",
                  f'      <Event Name="{context}" />', "    </EventList>", "  </ConfigurationSource>"]
    return document([*lines, "</ConfigurationSourceList>"])


def _run_list(context: str, files: list[ProvFile]) -> bytes:
    rows = [f'  <ConfigurationSet Type="provxml" SettingsGroup="{f.group}" '
            f'Data="$(_prov)\\{context}\\{escape_attribute(f.name)}.provxml" />' for f in files]
    return document(['<ConfigurationSource Version="1.0">', *rows, "</ConfigurationSource>"])


def _assets_list(assets: list[Asset]) -> bytes:
    """One element a kind of file."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<Elements Type="DataAsset">']
    for index in sorted({a.index for a in assets}):
        members = [a for a in assets if a.index == index]
        lines += [f'  <Element Index="{index}">',
                  f'    <Metadata Key="Name" Value="{escape_attribute(members[0].file.kind)}" />']
        lines += [f'    <Metadata Key="{escape_attribute(a.key)}" Value="{escape_attribute(a.file.instance)}" />'
                  for a in members]
        lines.append("  </Element>")
    return "\r\n".join([*lines, "</Elements>"]).encode("utf-8")


def altitude(owner: str, rank: int) -> int:
    """ALTITUDE of a package: its owner's number plus its rank (the sum is a guess: every sample has rank 0)."""
    return ALTITUDES.get(Owner(owner), 0) + max(0, min(rank, 99))


def xml_block(customizations: Customizations, notes: str, moment: datetime.datetime, totals: Totals) -> str:
    """The description of the one image."""
    config = customizations.config
    high, low = divmod(filetime(moment), 1 << 32)
    time = f"<HIGHPART>0x{high:08X}</HIGHPART><LOWPART>0x{low:08X}</LOWPART>"
    return (f"<WIM><TOTALBYTES>{totals.container}</TOTALBYTES><IMAGE INDEX=\"1\"><NAME>{escape(config.name)}</NAME>"
            f"<DESCRIPTION></DESCRIPTION><NOTES>{escape(notes)}</NOTES><AUTHOR></AUTHOR><VERSION>{escape(config.version)}</VERSION>"
            f"<ALTITUDE>{altitude(config.owner, config.rank)}</ALTITUDE><RESETCLEAR>0</RESETCLEAR>"
            f"<PACKAGEID>{{{config.id}}}</PACKAGEID><DIRCOUNT>{totals.folders}</DIRCOUNT><FILECOUNT>{totals.files}</FILECOUNT>"
            f"<TOTALBYTES>{totals.bytes}</TOTALBYTES><HARDLINKBYTES>0</HARDLINKBYTES><CREATIONTIME>{time}</CREATIONTIME>"
            f"<LASTMODIFICATIONTIME>{time}</LASTMODIFICATIONTIME><WIMBOOT>0</WIMBOOT></IMAGE></WIM>")


def notes_of(settings: PackageSettings, package_id: str) -> str:
    """NOTES of the image, free text for tools (facts/packages §1.2): the keys that the designer writes, and what the lint
    wants to know later.
    """
    keys = {"VERSION": "HoloBench", "Source": "CLI", "TargetSkus": settings.target.generation or "", "EncryptPackage": "False",
            "SignPackage": "False", "PackageID": package_id, "MinimumBuild": settings.target.build,
            "BatchSize": str(settings.target.batch or "")}
    if settings.entra_join:
        keys["TokenExpires"] = settings.entra_join.expires.isoformat() if settings.entra_join.expires else ""
        keys["TokenUses"] = str(settings.entra_join.uses or "")
    return "".join(f"{k}={v};" for k, v in keys.items() if v)


def parse_notes(notes: str) -> dict[str, str]:
    """The keys of NOTES; text without `=` is left out."""
    return {k.strip(): v.strip() for k, _, v in (part.partition("=") for part in notes.split(";")) if _}
