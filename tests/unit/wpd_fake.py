"""Portable devices in memory: COM objects with real vtables, reference counts and task memory, called as Windows' are called.

Whoever breaks a rule of COM (wrong thread, use after release, double release, leak, order of calls) makes `FakeCom.done` or the
call itself fail.
"""

import ctypes
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from station.links.mtp.wpd import types as t
from station.links.mtp.wpd import vtables as v
from station.links.mtp.wpd.com import PROTOTYPE, ComError, Pointer

E_NOTIMPL, E_NOINTERFACE, E_FAIL = 0x8000_4001, 0x8000_4002, 0x8000_4005
NOT_FOUND, INVALID_DATA, DENIED, GONE, NO_ELEMENT = 0x8007_0002, 0x8007_000D, 0x8007_0005, 0x8007_048F, 0x8007_0490


class Refused(Exception):
    """A method answers this HRESULT."""

    def __init__(self, hresult: int) -> None:
        super().__init__(hex(hresult))
        self.hresult = hresult


@dataclass
class Stored:
    """A file, folder or storage of the fake device."""

    id: str
    parent: str
    name: str
    kind: str = t.TYPE_FILE
    data: bytes = b""
    more: dict[t.Key, Any] = field(default_factory=dict)


def put_pointer(address: int, value: int) -> None:
    ctypes.c_void_p.from_address(address).value = value


def put_number(address: int, value: int) -> None:
    ctypes.c_uint32.from_address(address).value = value


def key_at(address: int) -> t.Key:
    key = t.PropertyKey.from_address(address)
    return t.Key(key.fmtid.text, key.pid)


class FakeObject:
    """An object with one vtable an interface and one count for all of them."""

    def __init__(self, com: "FakeCom", name: str) -> None:
        self.com = com
        self.name = name
        self.count = 0
        self._keep: list[Any] = []
        self._faces: dict[str, int] = {}
        com.objects.append(self)

    def face(self, interface: v.Interface, methods: dict[str, Callable[..., int | None]]) -> int:
        """Add an interface; its address."""
        known = {"QueryInterface": self._query, "AddRef": self._add, "Release": self._release, **methods}
        table = (ctypes.c_void_p * len(interface.methods))()
        for index, (name, kinds) in enumerate(interface.methods):
            run = self._wrapped(f"{interface.name}.{name}", known.get(name))
            function = PROTOTYPE(ctypes.c_int32, ctypes.c_void_p, *kinds)(run)
            self._keep.append(function)
            table[index] = ctypes.cast(function, ctypes.c_void_p).value
        head = ctypes.c_void_p(ctypes.addressof(table))
        self._keep += [table, head]
        self._faces[interface.iid] = ctypes.addressof(head)
        return self._faces[interface.iid]

    def handed_out(self, interface: v.Interface) -> int:
        self.count += 1
        return self._faces[interface.iid]

    def _wrapped(self, name: str, run: Callable[..., int | None] | None) -> Callable[..., int]:
        def call(this: int, *arguments: Any) -> int:
            try:
                self.com.called(name)
                if self.count <= 0:
                    self.com.sins.append(f"{name} after the last release")
                    return t.signed(E_FAIL)
                if run is None:
                    return t.signed(E_NOTIMPL)
                return t.signed(run(*arguments) or 0)
            except Refused as refused:
                return t.signed(refused.hresult)
            except Exception as error:
                self.com.sins.append(f"{name}: {error!r}")
                return t.signed(E_FAIL)
        return call

    def _query(self, iid: int, out: int) -> int:
        wanted = t.Guid.from_address(iid).text
        if wanted not in self._faces:
            return E_NOINTERFACE
        self.count += 1
        put_pointer(out, self._faces[wanted])
        return 0

    def _add(self) -> int:
        self.count += 1
        return self.count

    def _release(self) -> int:
        self.count -= 1
        return self.count


class FakeCom:
    """`Com` in memory with one portable device."""

    def __init__(self) -> None:
        self.objects: list[FakeObject] = []
        self.sins: list[str] = []
        self.calls: list[str] = []
        self.counts: Counter[str] = Counter()
        self.fails: dict[str, list[int]] = {}
        self.blocks: dict[str, threading.Event] = {}
        self.initialised: Counter[int] = Counter()
        self.memory: dict[int, Any] = {}
        self.files: dict[str, Stored] = {}
        self.device_values: dict[t.Key, Any] = {}
        self.next_id = 1
        self.write_limit = 1 << 30
        self.add("DEVICE", Stored("s10001", "DEVICE", "Internal Storage", t.TYPE_FUNCTIONAL, more={
            t.FUNCTIONAL_CATEGORY: t.Guid.of(t.CATEGORY_STORAGE), t.STORAGE_CAPACITY: 50_000_000_000,
            t.STORAGE_FREE: 40_000_000_000}))
        self.add("s10001", Stored("o1", "s10001", "Documents", t.TYPE_FOLDER))

    # -- what tests set and see

    def add(self, parent: str, stored: Stored) -> Stored:
        self.files[stored.id] = stored
        return stored

    def fail(self, method: str, *hresults: int) -> None:
        """The next calls of a method answer these (0: as usual)."""
        self.fails[method] = list(hresults)

    def called(self, name: str) -> None:
        self.calls.append(name)
        self.counts[name] += 1
        if threading.get_ident() not in self.initialised and not name.endswith(".Cancel"):
            self.sins.append(f"{name} in a thread without COM")
        if name in self.blocks:
            self.blocks[name].wait(5)
            raise Refused(0x8007_04C7)
        if self.fails.get(name):
            hresult = self.fails[name].pop(0)
            if hresult:
                raise Refused(hresult)

    def done(self) -> None:
        """Everything was given back and nobody sinned."""
        assert self.sins == []
        assert {o.name: o.count for o in self.objects if o.count} == {}
        assert self.memory == {}
        assert sum(self.initialised.values()) == 0

    # -- Com

    def initialize(self) -> None:
        self.initialised[threading.get_ident()] += 1

    def uninitialize(self) -> None:
        left = [o.name for o in self.objects if o.count]
        if left:
            self.sins.append(f"left the apartment with {left}")
        self.initialised[threading.get_ident()] -= 1
        self.initialised += Counter()

    def create(self, clsid: str, interface: v.Interface) -> Pointer:
        if threading.get_ident() not in self.initialised:
            raise ComError(0x8004_01F0, "CoCreateInstance")
        made = {t.CLSID_MANAGER: self._manager, t.CLSID_DEVICE: self._device, t.CLSID_VALUES: lambda: self.values({}),
                t.CLSID_KEYS: self._keys, t.CLSID_VARIANTS: lambda: self._variants([])}[clsid]()
        return Pointer(interface, made.handed_out(interface))

    def free(self, address: int) -> None:
        if self.memory.pop(address, None) is None:
            self.sins.append("freed what was not allocated")

    def clear(self, variant: t.PropVariant) -> None:
        if variant.vt in (t.VT_LPWSTR, t.VT_CLSID) and variant.value.address:
            self.free(variant.value.address)
        variant.vt = 0

    def allocate(self, data: bytes) -> int:
        buffer = ctypes.create_string_buffer(data, len(data))
        self.memory[ctypes.addressof(buffer)] = buffer
        return ctypes.addressof(buffer)

    def text(self, text: str) -> int:
        return self.allocate(text.encode("utf-16-le") + b"\0\0")

    # -- objects

    def _manager(self) -> FakeObject:
        made = FakeObject(self, "manager")

        def devices(array: int | None, count: int) -> None:
            if array:
                put_pointer(array, self.text(r"\\?\usb#vid_045e&pid_f0f2#x#{6ac27878-a6fa-4155-ba85-f98f491d4f33}"))
            put_number(count, 1)

        def name(text: str) -> Callable[..., None]:
            def answer(id_: int, buffer: int | None, size: int) -> None:
                if not text:
                    raise Refused(INVALID_DATA)
                raw = text.encode("utf-16-le") + b"\0\0"
                if buffer:
                    ctypes.memmove(buffer, raw, len(raw))
                put_number(size, len(raw) // 2)
            return answer

        made.face(v.MANAGER, {"GetDevices": devices, "RefreshDeviceList": lambda: 0, "GetDeviceFriendlyName": name(""),
                              "GetDeviceDescription": name("HoloLens 2"), "GetDeviceManufacturer": name("Microsoft Corporation")})
        return made

    def _device(self) -> FakeObject:
        made = FakeObject(self, "device")
        state = {"open": False}

        def opened(id_: int, client: int) -> None:
            assert t.wide_at(id_)
            state["open"] = True

        def content(out: int) -> None:
            if not state["open"]:
                raise Refused(0x802A_0002)
            put_pointer(out, self._content().handed_out(v.CONTENT))

        def cancel() -> None:
            for event in self.blocks.values():
                event.set()

        made.face(v.DEVICE, {"Open": opened, "Content": content, "Cancel": cancel, "Close": lambda: state.update(open=False)})
        return made

    def _content(self) -> FakeObject:
        made = FakeObject(self, "content")

        def listing(flags: int, parent: int, filter_: int | None, out: int) -> None:
            ids = [f.id for f in self.files.values() if f.parent == t.wide_at(parent)]
            put_pointer(out, self._ids(ids).handed_out(v.OBJECT_IDS))

        def create(values: int, out: int, block: int, cookie: int | None) -> None:
            told = next(o for o in self.objects if getattr(o, "told", None) is not None
                        and o._faces[v.VALUES.iid] == values).told  # type: ignore[attr-defined]
            put_number(block, 1000)
            put_pointer(out, self._writer(told).handed_out(v.STREAM))

        def delete(options: int, ids: int, results: int) -> None:
            wanted = next(o for o in self.objects if o._faces.get(v.VARIANTS.iid) == ids).ids  # type: ignore[attr-defined]
            answers = [0 if self.files.pop(i, None) else NOT_FOUND for i in wanted]
            put_pointer(results, self._variants(answers).handed_out(v.VARIANTS))

        made.face(v.CONTENT, {
            "EnumObjects": listing, "CreateObjectWithPropertiesAndData": create, "Delete": delete,
            "Properties": lambda out: put_pointer(out, self._properties().handed_out(v.PROPERTIES)),
            "Transfer": lambda out: put_pointer(out, self._resources().handed_out(v.RESOURCES))})
        return made

    def _ids(self, ids: list[str]) -> FakeObject:
        made = FakeObject(self, "ids")

        def following(most: int, out: int, count: int) -> int:
            batch = [ids.pop(0) for _ in range(min(most, len(ids)))]
            for number, id_ in enumerate(batch):
                put_pointer(out + number * ctypes.sizeof(ctypes.c_void_p), self.text(id_))
            put_number(count, len(batch))
            return 0 if len(batch) == most else 1

        made.face(v.OBJECT_IDS, {"Next": following})
        return made

    def _properties(self) -> FakeObject:
        made = FakeObject(self, "properties")

        def values(id_: int, keys: int, out: int) -> int:
            object_id = t.wide_at(id_)
            if object_id == t.DEVICE_OBJECT:
                told = dict(self.device_values)
            elif object_id in self.files:
                one = self.files[object_id]
                told = {t.OBJECT_NAME: one.name, t.OBJECT_TYPE: t.Guid.of(one.kind), t.OBJECT_SIZE: len(one.data), **one.more}
                if one.kind == t.TYPE_FILE:
                    told[t.OBJECT_FILE_NAME] = one.name
            else:
                raise Refused(NOT_FOUND)
            put_pointer(out, self.values(told).handed_out(v.VALUES))
            return 1

        made.face(v.PROPERTIES, {"GetValues": values})
        return made

    def _resources(self) -> FakeObject:
        made = FakeObject(self, "resources")

        def stream(id_: int, key: int, mode: int, block: int, out: int) -> None:
            assert key_at(key) == t.RESOURCE_DEFAULT
            one = self.files.get(t.wide_at(id_))
            if one is None:
                raise Refused(NOT_FOUND)
            put_number(block, 1000)
            put_pointer(out, self._reader(one.data).handed_out(v.STREAM))

        made.face(v.RESOURCES, {"GetStream": stream})
        return made

    def _reader(self, data: bytes) -> FakeObject:
        made = FakeObject(self, "reader")
        at = 0

        def read(buffer: int, most: int, got: int) -> None:
            nonlocal at
            piece = data[at:at + most]
            ctypes.memmove(buffer, piece, len(piece))
            at += len(piece)
            put_number(got, len(piece))

        made.face(v.STREAM, {"Read": read})
        return made

    def _writer(self, told: dict[t.Key, Any]) -> FakeObject:
        made = FakeObject(self, "writer")
        written = bytearray()
        state = {"id": ""}

        def write(buffer: int, size: int, done: int) -> None:
            if state["id"]:
                raise Refused(E_FAIL)
            taken = min(size, self.write_limit)
            written.extend(ctypes.string_at(buffer, taken))
            put_number(done, taken)

        def commit(flags: int) -> None:
            state["id"] = f"o{self.next_id + 1}"
            self.next_id += 1
            if told[t.OBJECT_SIZE] != len(written):
                raise Refused(E_FAIL)
            self.add(told[t.OBJECT_PARENT], Stored(state["id"], told[t.OBJECT_PARENT], told[t.OBJECT_FILE_NAME],
                                                   told[t.OBJECT_TYPE], bytes(written)))

        def object_id(out: int) -> None:
            if not state["id"]:
                self.sins.append("GetObjectID before Commit")
            put_pointer(out, self.text(state["id"]))

        common = {"Write": write, "Commit": commit, "Revert": lambda: 0}
        made.face(v.STREAM, common)
        made.face(v.DATA_STREAM, {**common, "GetObjectID": object_id})
        return made

    def values(self, told: dict[t.Key, Any]) -> FakeObject:
        made = FakeObject(self, "values")
        made.told = told  # type: ignore[attr-defined]

        def get(key: int, out: int) -> None:
            value = told.get(key_at(key))
            if value is None:
                raise Refused(NO_ELEMENT)
            variant = t.PropVariant.from_address(out)
            if isinstance(value, str):
                variant.vt, variant.value.address = t.VT_LPWSTR, self.text(value)
            elif isinstance(value, t.Guid):
                variant.vt, variant.value.address = t.VT_CLSID, self.allocate(bytes(value))
            elif isinstance(value, float):
                variant.vt, variant.value.real = t.VT_DATE, value
            else:
                variant.vt, variant.value.large = (t.VT_UI8 if value > 0xFFFF_FFFF else t.VT_UI4), value

        made.face(v.VALUES, {
            "GetValue": get,
            "SetStringValue": lambda key, text: told.update({key_at(key): t.wide_at(text)}),
            "SetUnsignedIntegerValue": lambda key, number: told.update({key_at(key): number}),
            "SetUnsignedLargeIntegerValue": lambda key, number: told.update({key_at(key): number}),
            "SetGuidValue": lambda key, guid: told.update({key_at(key): t.Guid.from_address(guid).text})})
        return made

    def _keys(self) -> FakeObject:
        made = FakeObject(self, "keys")
        made.face(v.KEYS, {"Add": lambda key: None})
        return made

    def _variants(self, answers: list[int]) -> FakeObject:
        made = FakeObject(self, "variants")
        made.ids = []  # type: ignore[attr-defined]

        def at(index: int, out: int) -> None:
            variant = t.PropVariant.from_address(out)
            variant.vt, variant.value.number = t.VT_ERROR, answers[index]

        made.face(v.VARIANTS, {
            "Add": lambda variant: made.ids.append(t.wide_at(t.PropVariant.from_address(variant).value.address)),  # type: ignore[attr-defined]
            "GetAt": at})
        return made
