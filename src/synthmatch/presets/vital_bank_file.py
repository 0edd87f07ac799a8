"""Vital's bank, ``.vitalbank``: a ZIP archive of presets in ``BANK/Presets/``, and wavetables, LFO shapes and samples.

A preset embeds all that it needs, so the other folders are passed over. Source: mtytel/vital,
``src/interface/editor_sections/bank_exporter.cpp``. An archive may claim any size and expand to any: entries are read
one at a time, under bounds.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from synthmatch.errors import PresetError
from synthmatch.reading import warn

#: largest preset, and all presets of a bank together; one with own tables and a long sample has a few megabytes
MOST_PRESET_BYTES = 1 << 24
_MOST_BYTES = 1 << 28
_MOST_ENTRIES = 20_000


def presets_of(contents: bytes, where: str) -> Iterator[tuple[str, bytes]]:
    """Name and contents of each preset in a bank, in its order. `where` names the file in messages.

    An entry that cannot be read is said and passed over. Raises `PresetError` for an archive that is damaged or has
    no preset.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(contents)) as archive:
            entries = archive.infolist()[:_MOST_ENTRIES]
            wanted = [e for e in entries if _is_preset(e.filename)]
            others = sum(not e.is_dir() for e in entries) - len(wanted)
            if not wanted:
                raise PresetError(
                    f"{where} is an archive of {others} files without a preset, expected .vital files in it"
                )
            left = _MOST_BYTES
            for number, entry in enumerate(wanted):
                data = _read(archive, entry, where, min(left, MOST_PRESET_BYTES))
                left -= len(data)
                if data:
                    yield PurePosixPath(entry.filename).stem, data
                if left <= 0:
                    warn(
                        f"{where}: {number + 1} of {len(wanted)} presets are read, {_MOST_BYTES >> 20} MB; split the bank"
                    )
                    break
            if others:
                warn(f"{where}: passed over {others} files that are no presets (wavetables, LFO shapes or samples)")
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise PresetError(f"{where} is a damaged archive ({error}), expected a .vitalbank; export it again") from None


def _is_preset(name: str) -> bool:
    path = PurePosixPath(name)
    # Macintosh's archiver adds files of its own beside each
    return path.suffix.lower() == ".vital" and not path.name.startswith("._")


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, where: str, most_bytes: int) -> bytes:
    """Contents of an entry; empty where it cannot be read or is larger than that."""
    try:
        with archive.open(entry) as file:
            data = file.read(most_bytes + 1)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
        warn(f"{where}: passed over {entry.filename}, which is damaged ({error})")
        return b""
    if len(data) > most_bytes:
        warn(f"{where}: passed over {entry.filename}, which is larger than {most_bytes >> 20} MB")
        return b""
    return data
