"""What a file is, by how it begins, where it is not the preset that was asked for."""

import re

ZIP_START = b"PK\x03\x04"

_STARTS = (
    (ZIP_START, "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"fLaC", "a FLAC recording"),
    (b"OggS", "an Ogg recording"),
    (b"ID3", "an MP3 recording"),
    (b"FORM", "an AIFF recording"),
    (b"CcnK", "a VST2 preset"),
    (b"VST3", "a VST3 preset"),
    (b"amSynth", "an amsynth preset"),
)
_WEB_PAGE = re.compile(
    rb"\s*(<!--.*?-->\s*)?(<\?xml[^>]*>\s*)?<(!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
#: bytes that plain text has besides letters: tab, line feed, form feed, carriage return
_TEXT = bytes({9, 10, 12, 13, *range(32, 127)})
#: how much of a file is looked at
_START_BYTES = 4_096


def kind_of(contents: bytes) -> str | None:
    """What a file is by its first bytes, such as "a ZIP archive", or None where they tell nothing."""
    start = contents[:_START_BYTES].removeprefix(b"\xef\xbb\xbf")
    for magic, kind in _STARTS:
        if start.startswith(magic):
            return kind
    if start[:4] in (b"RIFF", b"RIFX") and start[8:12] == b"WAVE":
        return "a WAV recording"
    if _WEB_PAGE.match(start):
        return "a web page (HTML)"
    if start.lstrip()[:1] in (b"{", b"[") and not start.translate(None, _TEXT):
        return "JSON text"
    return "plain text" if start and not start.translate(None, _TEXT) else None
