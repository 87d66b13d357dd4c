"""How fast this processor's time stamp counter counts, for the guest that gets it as it is.

A kernel that boots on a busy machine measures it wrongly; as long as it runs its seconds are then halves or thirds of a second:
time-outs come too soon and everything seems slow. So it is measured here and told to the guest.
"""

import ctypes
import mmap
import platform
import time

_RDTSC = bytes.fromhex("0f31 48c1e220 4809d0 c3")        # rdtsc; shl rdx, 32; or rax, rdx; ret
_SECONDS = 0.2
_TRIES = 20


def kilohertz() -> int | None:
    """Thousands of counts a second; None on other processors, and where the system lets no program write code for itself."""
    if platform.machine() not in ("x86_64", "AMD64"):
        return None
    try:
        code = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    except OSError:
        return None
    code.write(_RDTSC)
    address = ctypes.addressof(ctypes.c_char.from_buffer(code))
    count = ctypes.CFUNCTYPE(ctypes.c_uint64)(address)

    def reading() -> tuple[int, int]:
        """Time in ns and count at one moment: of several, the one that was interrupted least."""
        tries = [(time.perf_counter_ns(), count(), time.perf_counter_ns()) for _ in range(_TRIES)]
        begun, counted, ended = min(tries, key=lambda t: t[2] - t[0])
        return (begun + ended) // 2, counted

    at, before = reading()
    time.sleep(_SECONDS)    # the stretch over which the counter is measured
    later, after = reading()
    return round((after - before) * 1_000_000 / (later - at))
