"""What differs between systems, as far as it can be tried on one: names, places, replaced files, printed letters."""

import ctypes
import platform
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthmatch.atomic_files import write_whole
from synthmatch.errors import OutputError
from synthmatch.synths.preset_files import distinct, safe_name
from synthmatch.systems import folders
from synthmatch.systems.processes import exit_text
from synthmatch.systems.windows_job import BasicLimits, ExtendedLimits


@given(st.text())
def test_a_safe_name_is_a_name_everywhere(text: str) -> None:
    """Catches a preset's name that Windows takes for a device or refuses: a file that cannot be written, after a search."""
    name = safe_name(text)
    assert name
    assert not set(name) & set('<>:"/\\|?*\0\n ')
    assert name[-1] not in ". "
    assert safe_name(name) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *(("CON", "CON_"), ("nul", "nul_"), ("Aux.bell", "Aux_.bell"), ("COM1", "COM1_"), ("LPT\u00b9", "LPT\u00b9_")),
        *(("a.", "a"), ("...", "target"), ("a:b", "a_b"), ("Console", "Console"), ("COM10", "COM10"), ("con ", "con_")),
    ],
)
def test_devices_are_no_names(text: str, name: str) -> None:
    """Catches a folder called NUL, and an honest name that is changed."""
    assert safe_name(text) == name


def test_names_that_are_one_file_are_numbered() -> None:
    """Catches two banks of a run that are one file where the system knows no case, or has accents in one piece."""
    assert distinct(["Bass", "bass", "BASS-2", "o\u0308", "\u00f6"]) == [
        "Bass",
        "bass-2",
        "BASS-2-2",
        "o\u0308",
        "\u00f6-2",
    ]


def test_a_file_that_is_read_is_replaced_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a preset that is lost because a virus scanner reads its place for a moment: Windows then refuses."""
    monkeypatch.setenv("SYNTHMATCH_PORTABLE", "1")
    new, old = tmp_path / "new", tmp_path / "old"
    new.write_bytes(b"new")
    old.write_bytes(b"old")
    real, refusals = Path.replace, iter([PermissionError("in use")] * 3)

    def refuses(self: Path, target: Path) -> Path:
        for error in refusals:
            raise error
        return real(self, target)

    monkeypatch.setattr(Path, "replace", refuses)
    folders.replace(new, old)
    assert old.read_bytes() == b"new"


def test_a_file_that_stays_open_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a program that waits for ever for a file that another has open."""
    monkeypatch.setenv("SYNTHMATCH_PORTABLE", "1")
    monkeypatch.setattr(folders, "_REPLACE_SECONDS", 0.2)

    def refuses(self: Path, target: Path) -> Path:
        raise PermissionError("in use")

    monkeypatch.setattr(Path, "replace", refuses)
    with pytest.raises(OutputError, match=r"cannot write .*old: another program has it open"):
        write_whole(tmp_path / "old", b"new")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("system", "machine", "inside"),
    [
        ("linux", "x86_64", "Contents/x86_64-linux/My Synth.so"),
        ("win32", "AMD64", "Contents/x86_64-win/My Synth.vst3"),
        ("win32", "ARM64", "Contents/arm64-win/My Synth.vst3"),
        ("darwin", "arm64", "Contents/MacOS/My Synth"),
    ],
)
def test_vst3_bundles(system: str, machine: str, inside: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a plug-in whose class-ID is looked for where Linux keeps it."""
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    assert folders.vst3_library(Path("My Synth.vst3")) == Path("My Synth.vst3") / inside


def test_class_ids_of_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a .vstpreset that no other host knows: Windows has the first three numbers of a class-ID the other way."""
    memory = bytes(range(16))
    assert folders.class_id_text(memory) == "000102030405060708090A0B0C0D0E0F"
    monkeypatch.setattr(sys, "platform", "win32")
    assert folders.class_id_text(memory) == "03020100050407060809" + "0A0B0C0D0E0F"


@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
def test_plugins_have_a_place(system: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Catches a crash where a system's folders are looked for, and one that is relative to where the user stands."""
    monkeypatch.setattr(sys, "platform", system)
    for variable in ("APPDATA", "COMMONPROGRAMFILES", "PROGRAMFILES"):
        monkeypatch.setenv(variable, str(tmp_path))
    found = [*folders.vst2_folders(), *folders.lv2_folders()]
    assert len(found) >= 4
    assert all(folder.is_absolute() for folder in found)
    assert folders.vst2_suffix() == {"linux": ".so", "darwin": ".vst", "win32": ".dll"}[system]


def test_ends_of_processes() -> None:
    """Catches a crash on Windows that is told as a number of ten digits."""
    assert exit_text(-11) == "SIGSEGV"
    assert exit_text(-99) == "signal 99"
    assert exit_text(3) == "exit code 3"
    assert exit_text(0xC0000005) == "exit code 0xC0000005 (access violation)"
    assert exit_text(0xC0000094) == "exit code 0xC0000094 (exception)"


def test_structures_of_a_job() -> None:
    """Catches limits that Windows refuses: on 64 bits its structures have these sizes."""
    assert (ctypes.sizeof(BasicLimits), ctypes.sizeof(ExtendedLimits)) == (64, 144)


def test_the_alarm_ends_what_never_returns() -> None:
    """Catches an alarm that waits for the interpreter's lock, which a plug-in may hold for ever."""
    holds_the_lock = "import ctypes; ctypes.PyDLL(None).sleep(30)"
    script = f"from synthmatch.systems.processes import alarm; alarm(0.3); {holds_the_lock}"
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", script], stderr=subprocess.DEVNULL, timeout=25, check=False)
    assert done.returncode == 1
    assert time.monotonic() - began < 15


def test_letters_that_the_console_lacks() -> None:
    """Catches a UnicodeEncodeError in place of a message where the console is of one country, as on Windows."""
    done = subprocess.run(
        [sys.executable, "-X", "utf8=0", "-m", "synthmatch", "score", "\u97f3\u2192.wav", "\u97f3.wav"],
        env={"PYTHONIOENCODING": "cp1252", "PYTHONPATH": ":".join(filter(None, sys.path)), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert rb"\u97f3\u2192.wav" in done.stderr
