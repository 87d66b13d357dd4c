"""10,000 rows parsed, decoded and checked, beside the least that anybody could do with them: base64 and SHA-256 of each hash.

Both in processor time: what else the machine does is no part of the ratio.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit import hash_builder

ROWS = 10_000

MEASURE = """
import json, sys, time
from pathlib import Path
from station.autopilot.intake import take_in
from station.autopilot.hash_check import merge
def high_water():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024
before = high_water()
begun = time.process_time()
merged = merge(take_in([Path(sys.argv[1])]).rows)
print(json.dumps({"kept": len(merged.kept), "seconds": time.process_time() - begun, "peak": high_water(), "before": before}))
"""

PEER = """
import base64, hashlib, sys, time
begun = time.process_time()
for line in open(sys.argv[1], encoding="ascii").read().splitlines()[1:]:
    hashlib.sha256(base64.b64decode(line.split(",")[2])).digest()
print(time.process_time() - begun)
"""


def of_child(script: str, file: Path) -> str:
    return subprocess.run([sys.executable, "-c", script, str(file)], check=True, capture_output=True, text=True,
                          cwd=Path(__file__).resolve().parents[2]).stdout


# The figure is about our own memory; a second way of reading it on other systems would compare unlike things.
@pytest.mark.bench
@pytest.mark.skipif(sys.platform != "linux", reason="the high-water mark of memory is read from /proc")
def test_ten_thousand_rows_cost_a_small_multiple_of_decoding_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "many.csv"
    file.write_text(hash_builder.csv(f"{n:012}" for n in range(ROWS)), newline="")
    ours, peer = json.loads(of_child(MEASURE, file)), float(of_child(PEER, file))
    size = file.stat().st_size / 1e6
    with capsys.disabled():
        print(f"\n{ROWS} rows ({size:.0f} MB) parsed, decoded, checked and merged: {ours['seconds']:.2f} s, "
              f"peak {ours['peak']:.0f} MB ({ours['before']:.0f} MB before); "
              f"base64 and SHA-256 alone {peer:.2f} s: {ours['seconds'] / peer:.1f} times")
    assert ours["kept"] == ROWS
    assert ours["seconds"] < 20 * peer
    assert ours["peak"] - ours["before"] < 5 * size


