"""What a person set for the window: kept whole, read back, and never a reason not to start."""

from pathlib import Path
from types import MappingProxyType

from hypothesis import given
from hypothesis import strategies as st

from ui import bundle, scenes
from ui.preferences import Preferences, encode, load, parse, save

WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
PREFERENCES = st.builds(
    Preferences, language=st.sampled_from(["", "en", "fr"]), theme=st.sampled_from(["", "light", "dark"]),
    operator_mode=st.booleans(), sound=st.booleans(), countdown=st.booleans(), operator=WORDS, last_blueprint=WORDS,
    last_slots=st.integers(1, 64), slots=st.dictionaries(st.integers(1, 64), WORDS).map(MappingProxyType))


@given(PREFERENCES)
def test_what_is_kept_is_read_back(preferences: Preferences) -> None:
    assert parse(encode(preferences)) == preferences


@given(st.text(max_size=200))
def test_no_file_keeps_the_window_from_opening(tmp_path_factory: object, text: str) -> None:
    file = Path(str(tmp_path_factory.mktemp("p"))) / "window.toml"  # type: ignore[attr-defined]
    file.write_text(text, encoding="utf-8", errors="replace")
    assert isinstance(load(file), Preferences)


def test_without_a_file_there_are_the_defaults(tmp_path: Path) -> None:
    assert load(tmp_path / "window.toml") == Preferences()


def test_a_damaged_file_is_put_aside_and_not_lost(tmp_path: Path) -> None:
    file = tmp_path / "window.toml"
    file.write_text("language = [broken", encoding="utf-8")
    assert load(file) == Preferences()
    assert (tmp_path / "window.bad").read_text(encoding="utf-8") == "language = [broken"


def test_names_and_types_of_another_version_are_left_out() -> None:
    read = parse('language = "fr"\nsound = "loud"\nnew-thing = 3\n[slots]\n2 = "B"\nx = "y"\n')
    assert read == Preferences(language="fr", slots=MappingProxyType({2: "B"}))


def test_saving_leaves_no_part_behind(tmp_path: Path) -> None:
    save(Preferences(theme="dark"), tmp_path / "deep" / "window.toml")
    assert [f.name for f in (tmp_path / "deep").iterdir()] == ["window.toml"]


def test_a_support_bundle_tells_what_could_not_be_told(tmp_path: Path) -> None:
    import zipfile

    def fails() -> str:
        raise RuntimeError("no log")

    parts = dict(bundle.sections(scenes.ten_states().tiles, fails, "a trace"))
    bundle.write(tmp_path / "b.zip", parts)
    with zipfile.ZipFile(tmp_path / "b.zip") as read:
        assert set(read.namelist()) == {"versions.json", "board.ndjson", "log.txt", "bug.txt"}
        assert "no log" in read.read("log.txt").decode()
        assert read.read("bug.txt") == b"a trace"
        assert len(read.read("board.ndjson").splitlines()) == 10
