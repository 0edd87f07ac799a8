"""Files appear whole or not at all."""

import errno
import os
from pathlib import Path

import pytest

from synthmatch.atomic_files import write_folder, write_whole
from synthmatch.errors import OutputError


def test_contents_arrive_and_nothing_else(tmp_path: Path) -> None:
    """Catches text-mode translation, a folder that is not made, and a temporary file left behind."""
    path = tmp_path / "new" / "deeper" / "bank.syx"
    write_whole(path, b"\xf0C\r\n\x00\xf7")
    assert path.read_bytes() == b"\xf0C\r\n\x00\xf7"
    assert [p.name for p in path.parent.iterdir()] == ["bank.syx"]


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_permissions_follow_the_umask(umask: int, mode: int, tmp_path: Path) -> None:
    """Catches the owner-only mode of a temporary file, and a mode that opens what the user keeps private."""
    before = os.umask(umask)
    try:
        write_whole(tmp_path / "new" / "a.vital", b"{}")
        write_folder(tmp_path / "folder", {"a.npy": b""})
    finally:
        os.umask(before)
    for file in (tmp_path / "new/a.vital", tmp_path / "folder/a.npy"):
        assert file.stat().st_mode & 0o777 == mode
        assert file.parent.stat().st_mode & 0o777 == 0o777 & ~umask


def test_a_long_name_is_written(tmp_path: Path) -> None:
    """Catches a temporary name that is longer than the file's own, which the system refuses."""
    path = tmp_path / ("n" * 249 + ".vital")
    write_whole(path, b"{}")
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_what_exists_is_kept_unless_forced(tmp_path: Path) -> None:
    """Catches a user's preset overwritten without asking."""
    path = tmp_path / "a.syx"
    write_whole(path, b"mine")
    with pytest.raises(OutputError, match=r"exists and is kept; use --force"):
        write_whole(path, b"theirs")
    assert path.read_bytes() == b"mine"
    write_whole(path, b"theirs", force=True)
    assert path.read_bytes() == b"theirs"


def test_a_file_in_the_place_of_a_folder_is_one_clear_line(tmp_path: Path) -> None:
    """Catches a raw OSError (true for root too, whom permissions do not stop)."""
    (tmp_path / "out").write_bytes(b"a file")
    with pytest.raises(OutputError, match=r"cannot write .*out/a\.syx") as caught:
        write_whole(tmp_path / "out" / "a.syx", b"x")
    assert "\n" not in str(caught.value)


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path: Path) -> None:
    """Catches a rename that fails after writing and leaves its temporary file."""
    (tmp_path / "a.syx").mkdir()
    with pytest.raises(OutputError, match="cannot write"):
        write_whole(tmp_path / "a.syx", b"x", force=True)
    assert [p.name for p in tmp_path.iterdir()] == ["a.syx"]


@pytest.mark.parametrize("force", [False, True])
def test_a_device_is_no_output(force: bool) -> None:
    """Catches a device that ``--force`` replaces by a file, for the whole system."""
    with pytest.raises(OutputError, match="it is no file"):
        write_whole(Path(os.devnull), b"x", force=force)
    assert Path(os.devnull).is_char_device()


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a half-written file: the disk refuses at the sync, the old contents and nothing else remain."""
    path = tmp_path / "a.vital"
    write_whole(path, b"old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device; choose another folder or free space"):
        write_whole(path, b"new", force=True)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.vital"]
