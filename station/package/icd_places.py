"""Where ICD.exe is on a Windows machine: with the ADK, by its registry key, or in the store app. Source: facts/packages §2,
“Locations”.
"""

import os
import subprocess
import sys
from pathlib import Path

_ADK = ("Assessment and Deployment Kit", "Imaging and Configuration Designer", "x86", "ICD.exe")
_ROOTS = (r"SOFTWARE\WOW6432Node\Microsoft\Windows Kits\Installed Roots", r"SOFTWARE\Microsoft\Windows Kits\Installed Roots")
_ASK = "(Get-AppxPackage Microsoft.WindowsConfigurationDesigner).InstallLocation"


def candidates() -> list[Path]:
    """The store app's ICD first: the ADK's knows no HoloLens 2 (facts/packages §2)."""
    return [*(Path(p) / "icd" / "ICD.exe" for p in _store_apps()), *(Path(r).joinpath(*_ADK) for r in _kit_roots())]


def _kit_roots() -> list[str]:
    roots: list[str] = []
    if sys.platform == "win32":
        import winreg

        for key in _ROOTS:
            try:
                with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key) as opened:
                    roots.append(str(winreg.QueryValueEx(opened, "KitsRoot10")[0]))
            except OSError:
                continue
    programs = os.environ.get("PROGRAMFILES(X86)", r"C:\Program Files (x86)")
    return list(dict.fromkeys([*roots, rf"{programs}\Windows Kits\10"]))


def _store_apps() -> list[str]:
    """Only PowerShell tells where a store app is; one that does not answer has none."""
    try:
        told = subprocess.run(["powershell", "-NoProfile", "-NonInteractive", "-Command", _ASK],  # noqa: S603, S607 - fixed words
                              capture_output=True, timeout=30, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [line.strip() for line in told.decode("utf-8", "replace").splitlines() if line.strip()]
