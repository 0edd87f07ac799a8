"""Where systems keep files: folders of the user and of plug-ins, and replacing a file that somebody reads."""

import os
import platform
import sys
import time
import uuid
from pathlib import Path

from synthmatch.systems import portable

#: Windows refuses to replace a file while another program reads it, a virus scanner say, which takes less than this.
_REPLACE_SECONDS = 2.0


def cache_folder() -> Path:
    """The user's folder for what can be made again."""
    import platformdirs  # noqa: PLC0415 - keeps --help fast

    return platformdirs.user_cache_path("synthmatch", appauthor=False)


def data_folder() -> Path:
    """The user's folder for what they keep."""
    import platformdirs  # noqa: PLC0415 - keeps --help fast

    return platformdirs.user_data_path("synthmatch", appauthor=False)


def replace(source: Path, target: Path) -> None:
    """Rename a file or folder, over a file in its place. Raises `OSError`; on Windows only after some tries."""
    end = time.monotonic() + _REPLACE_SECONDS
    while True:
        try:
            source.replace(target)
            return
        except PermissionError as error:
            if not portable() or target.is_dir():
                raise
            if time.monotonic() > end:
                raise PermissionError(error.errno, "another program has it open") from None
            time.sleep(0.05)


def lv2_folders() -> list[Path]:
    """Where LV2 bundles are, without LV2_PATH; the defaults of lilv, the library that hosts use."""
    if sys.platform == "win32":
        return [Path(os.environ[name]) / "LV2" for name in ("APPDATA", "COMMONPROGRAMFILES") if name in os.environ]
    folders = [Path.home() / ".lv2", Path("/usr/local/lib/lv2"), Path("/usr/lib/lv2")]
    if sys.platform == "darwin":
        folders += [top / "Library/Audio/Plug-Ins/LV2" for top in (Path.home(), Path("/"))]
    return folders


def vst2_folders() -> list[Path]:
    """Where VST2 plug-ins are, without VST_PATH."""
    if sys.platform == "win32":
        programs = Path(os.environ.get("PROGRAMFILES", "C:\\Program Files"))
        return [programs / name for name in ("Steinberg\\VstPlugins", "VSTPlugins", "Common Files\\VST2")]
    if sys.platform == "darwin":
        return [top / "Library/Audio/Plug-Ins/VST" for top in (Path.home(), Path("/"))]
    libraries = ("local/lib", "lib", "lib/x86_64-linux-gnu", "lib/aarch64-linux-gnu", "lib64")
    return [Path.home() / ".vst", *(Path("/usr") / name / "vst" for name in libraries)]


def vst2_suffix() -> str:
    """What names of VST2 plug-ins end in."""
    return {"win32": ".dll", "darwin": ".vst"}.get(sys.platform, ".so")


def vst3_library(bundle: Path) -> Path:
    """The library inside a VST3 bundle, where hosts of this system look for it (Steinberg, "VST 3 locations")."""
    machine = {"AMD64": "x86_64", "ARM64": "arm64"}.get(platform.machine(), platform.machine())
    inside = {"win32": f"{machine}-win/{bundle.stem}.vst3", "darwin": f"MacOS/{bundle.stem}"}
    return bundle / "Contents" / inside.get(sys.platform, f"{machine}-linux/{bundle.stem}.so")


def class_id_text(memory: bytes) -> str:
    """A VST3 class-ID as preset files have it: on Windows its first eight bytes lie in memory as in a GUID of COM."""
    return (uuid.UUID(bytes_le=memory).hex if sys.platform == "win32" else memory.hex()).upper()
