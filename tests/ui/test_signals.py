"""A program that is told to end by the system closes at a safe point, without a question."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PRACTISE = """
import sys
from pathlib import Path
from ui.app import Order, start
from ui.practice.order import PracticeOrder
sys.exit(start(Order(PracticeOrder(units=1), Path(sys.argv[1]), lambda: print("painted", flush=True))))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_closes_the_window_and_the_bench(tmp_path: Path, told: signal.Signals) -> None:
    child = subprocess.Popen([sys.executable, "-c", PRACTISE, str(tmp_path / "window.toml")], cwd=ROOT, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             env=os.environ | {"PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"})
    assert child.stdout is not None
    assert child.stdout.readline().strip() == "painted"
    child.send_signal(told)
    _out, said = child.communicate(timeout=60)
    assert child.returncode == 0, said
    assert [line for line in said.splitlines() if "propagateSizeHints" not in line] == []
