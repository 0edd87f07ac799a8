"""Which synthesizer a preset file is for: by its name, and by its contents where the name is wrong or tells nothing."""

import re
from pathlib import Path

import numpy as np
import pytest

from synthmatch.errors import PresetError
from synthmatch.presets.fxp import Program, write_fxp
from synthmatch.presets.vstpreset import VstPreset, write_vstpreset
from synthmatch.synths.preset_files import read_presets, synth_of
from synthmatch.synths.registry import get_synth, synth_names


@pytest.mark.parametrize("id", synth_names())
@pytest.mark.parametrize("ending", [".txt", "", ".syx", ".vital", ".bank", ".fxp", ".SYX", ".BANK", ".mid"])
def test_a_wrong_name_does_not_matter(id: str, ending: str, tmp_path: Path) -> None:
    """A file refused, or read as rubbish, because it was named by a browser, an archive or a hand."""
    synth = get_synth(id)
    # two values differ from the default, so that an empty preset is not taken for it
    preset = synth.preset(synth.space.to_native(np.full(len(synth.space), 0.25)), "mine")
    assert synth.formats
    for form in synth.formats:
        path = tmp_path / f"mine{form.suffix.replace('.', '_')}{ending}"
        path.write_bytes(synth.dump([preset], form.suffix))
        assert synth_of(path).id == id
        read = read_presets(path)[0]
        np.testing.assert_array_equal(read.native, preset.native)


@pytest.mark.parametrize(
    ("name", "contents", "words"),
    [
        (
            "lead.fxp",
            write_fxp(Program(b"Xfsx", "Lead", b"chunk")),
            "is a preset of plug-in b'Xfsx'.* give --synth PATH",
        ),
        ("lead.fxb", write_fxp(Program(b"Xfsx", "Lead", None, (0.5,))), "b'Xfsx'.* give --synth PATH"),
        (
            "lead.vstpreset",
            write_vstpreset(VstPreset("0" * 32, b"state", b"")),
            "but a VST3 preset.* else give --synth",
        ),
        ("lead.txt", b"a lead", "but plain text, expected .vital"),
        ("lead", b"\x01\x02", "is no known preset file, expected .vital"),
        ("lead.wav", b"RIFF\0\0\0\0WAVEfmt ", "but a WAV recording, expected .vital"),
        ("lead.syx", b"RIFF\0\0\0\0WAVEfmt ", "this is a WAV recording, expected DX7 voices"),
        ("lead.vital", b"PK\x03\x04", "archive"),
    ],
)
def test_what_is_for_none_is_refused_with_what_it_is(name: str, contents: bytes, words: str, tmp_path: Path) -> None:
    """A refusal that does not say what the file is, or which plug-in to name."""
    path = tmp_path / name
    path.write_bytes(contents)
    with pytest.raises(PresetError, match=words) as caught:
        read_presets(path)
    assert re.search(re.escape(name), str(caught.value))
    assert "\n" not in str(caught.value)
