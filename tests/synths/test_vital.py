"""Vital: its parameter table, its renders, and what a preset keeps from file to sound to file."""

import itertools
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthmatch.audio import Audio
from synthmatch.errors import InputWarning, RenderError
from synthmatch.note import Note
from synthmatch.params.preset import Preset
from synthmatch.render.pool import RenderPool
from synthmatch.synths.vital.bank import bank
from synthmatch.synths.vital.counts import SOURCES
from synthmatch.synths.vital.synth import Vital

VITAL = Vital()
SPACE = VITAL.space
SHORT = Note(hold_seconds=0.3, render_seconds=0.5)
RAW = Path(__file__).with_name("vital_raw.py")

#: A foreign file's values move to the grid, at most 2**-23 of a range. Vital's filters and phases turn that into
#: differences of this size at most, relative to the loudest sample.
GRID_TOLERANCE = 2e-3


def random_preset(seed: int, share: float = 0.2) -> Preset:
    """A preset with a share of its parameters anywhere in their range."""
    rng = np.random.default_rng(seed)
    start = SPACE.to_unit(SPACE.default)
    unit = np.where(rng.random(len(SPACE)) < share, rng.random(len(SPACE)), start)
    return VITAL.preset(SPACE.to_native(unit), f"random {seed}")


def named(**values: float) -> Preset:
    """Where Vital starts, but for some parameters."""
    return VITAL.preset(SPACE.from_named(values))


def render(*presets: Preset, note: Note = SHORT) -> list[Audio]:
    """Renders of a pool with one worker."""
    with RenderPool(VITAL, workers=1) as pool:
        results = pool.run(presets, note)
    return [result for result in results if isinstance(result, np.ndarray)]


def raw_render(folder: Path, files: list[Path]) -> npt.NDArray[np.float32]:
    """What vita alone makes of files, their random phases off. Shape: (files, 2, samples)."""
    subprocess.run([sys.executable, RAW, "render", folder / "raw.npy", *files], check=True)
    audio: npt.NDArray[np.float32] = np.load(folder / "raw.npy")
    return audio


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A preset file that vita made by itself."""
    path = tmp_path_factory.mktemp("foreign") / "mine.vital"
    subprocess.run([sys.executable, RAW, "make", path, "3"], check=True)
    return path


def test_table_is_the_one_that_presets_and_libraries_store() -> None:
    """A parameter, range or wavetable changed unawares: every stored preset would silently mean another sound."""
    assert SPACE.hash == "4c0c0538bb11db6d"


def test_table_covers_the_sound() -> None:
    """A module of the synthesizer left out of the table, so that no search can reach it."""
    slots = [p for p in SPACE.parameters if p.name.startswith("modulation_")]
    assert len(SPACE) - len(slots) >= 250
    assert sum(p.name.endswith("_amount") for p in slots) == 16
    assert {p.group for p in SPACE.parameters} == {
        *("oscillator", "envelope", "filter", "lfo", "modulation", "effect", "level", "pitch")
    }
    for module in ("osc_3", "sample", "filter_2", "filter_fx", "env_3", "lfo_4", "chorus", "compressor", "delay"):
        assert f"{module}_on" in SPACE.index or f"{module}_decay" in SPACE.index or f"{module}_shape" in SPACE.index


def test_table_agrees_with_vita() -> None:
    """A table drafted from another Vital: values would be clipped or their text wrong."""
    import vita

    synth = vita.Synth()
    for parameter in SPACE.parameters:
        if re.search(r"_(wavetable|shape|source)$|^modulation_\d+_destination$", parameter.name):
            continue
        info = synth.get_control_details(parameter.name)
        assert (parameter.low, parameter.high, parameter.default) == (info.min, info.max, info.default_value)
    sources, destinations = vita.get_modulation_sources(), vita.get_modulation_destinations()
    assert set(SPACE["modulation_1_source"].choices[1:-1]) <= set(sources)
    assert set(SPACE["modulation_1_destination"].choices[1:-1]) <= set(destinations)


def test_another_bank_makes_another_hash() -> None:
    """Wavetables redrawn without a new table hash: old presets would load and sound different."""
    units = {SPACE[f"osc_{i}_wavetable"].unit for i in (1, 2, 3)} | {SPACE[f"lfo_{i}_shape"].unit for i in (1, 2, 3, 4)}
    assert units == {f"bank {bank().digest}"}


def test_every_wavetable_and_frame_sounds_different() -> None:
    """Two classes of the bank that are one sound, or a wave-frame knob that does nothing."""
    tables = range(len(SPACE["osc_1_wavetable"].choices))
    assert len(tables) > 1
    presets = [
        named(osc_1_wavetable=k, osc_1_wave_frame=frame, osc_1_unison_voices=1) for k in tables for frame in (0, 256)
    ]
    note = Note(hold_seconds=0.15, render_seconds=0.15)
    spectra = [np.abs(np.fft.rfft(audio[0, -4096:])) for audio in render(*presets, note=note)]
    spectra = [s / np.linalg.norm(s) for s in spectra]
    for k in tables[1:]:
        assert spectra[2 * k] @ spectra[2 * k + 1] < 0.98, SPACE["osc_1_wavetable"].choices[k]
    names = SPACE["osc_1_wavetable"].choices
    for a, b in itertools.combinations(tables, 2):
        ends = [spectra[2 * a + end] @ spectra[2 * b + end] for end in (0, 1)]
        assert min(ends) < 0.999, (names[a], names[b])


def test_render_is_the_same_whatever_came_before() -> None:
    """Voices, delays or random generators that leak from one render into the next."""
    a, b = random_preset(1), random_preset(2)
    first, other, again = render(a, b, a)
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(other, render(b)[0])
    assert np.abs(first - other).max() > 0.4


def test_render_places_the_note() -> None:
    """A start time dropped, or a render one sample short."""
    note = Note(hold_seconds=0.2, render_seconds=0.4321, start_seconds=0.1)
    (late,), (plain,) = render(named(), note=note), render(named(), note=Note(hold_seconds=0.2, render_seconds=0.3321))
    assert late.shape == (2, note.samples)
    assert late.dtype == np.float32
    assert not late[:, : note.start_samples].any()
    np.testing.assert_array_equal(late[:, note.start_samples :], plain[:, : note.samples - note.start_samples])


def test_file_says_what_was_heard(tmp_path: Path) -> None:
    """A render that leaves out something that the file holds, or writes it otherwise."""
    presets = [named(), named(sample_on=1, osc_2_on=1, osc_2_wavetable=9), *(random_preset(s) for s in range(20, 26))]
    files = []
    for k, preset in enumerate(presets):
        files.append(tmp_path / f"{k}.vital")
        files[-1].write_bytes(VITAL.dump([preset], ".vital"))
    for ours, theirs in zip(render(*presets), raw_render(tmp_path, files), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), share=st.sampled_from([0.0, 0.1, 0.5, 1.0]))
def test_file_keeps_every_value(seed: int, share: float, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A parameter lost, or a scaled wave frame that does not come back."""
    preset = random_preset(seed, share)
    path = tmp_path_factory.mktemp("round") / "x.vital"
    path.write_bytes(VITAL.dump([preset], ".vital"))
    (again,) = VITAL.read(path)
    np.testing.assert_array_equal(again.native, preset.native)
    assert (again.name, again.extra) == (preset.name, {})


def test_foreign_preset_keeps_its_sound(foreign: Path, tmp_path: Path) -> None:
    """Own wavetables, LFO shapes, curves or modulations past the 16th lost between a file and its render."""
    (preset,) = VITAL.read(foreign)
    saved = tmp_path / "again.vital"
    saved.write_bytes(VITAL.dump([preset], ".vital"))
    original, written = raw_render(tmp_path, [foreign, saved])
    (ours,) = render(preset)
    np.testing.assert_array_equal(ours, written)
    assert np.abs(original).max() > 0.4
    assert np.abs(ours - original).max() <= GRID_TOLERANCE * np.abs(original).max()


def test_preset_of_a_later_vital_sounds_as_vita_plays_it(foreign: Path, tmp_path: Path) -> None:
    """A file of Vital 1.5 that is read without a part of its sound because of the lists that vita does not know."""
    document = json.loads(foreign.read_text())
    document["settings"] |= {"custom_warps": [{"points": [0, 1, 1, 0]}], "random_values": [{"seed": 4}]}
    later = tmp_path / "later.vital"
    later.write_text(json.dumps({**document, "synth_version": "1.5.5"}))
    with pytest.warns(InputWarning, match="custom_warps of a later Vital kept, but not played here"):
        (preset,) = VITAL.read(later)
    (original,) = raw_render(tmp_path, [later])
    assert np.abs(original).max() > 0.4
    assert np.abs(render(preset)[0] - original).max() <= GRID_TOLERANCE * np.abs(original).max()


def test_foreign_preset_keeps_what_the_space_leaves_out(foreign: Path) -> None:
    """A preset saved again without its author, macro names, shapes or slots."""
    (preset,) = VITAL.read(foreign)
    before: dict[str, Any] = json.loads(foreign.read_text())
    after: dict[str, Any] = json.loads(VITAL.dump([preset], ".vital"))
    old, new = before.pop("settings"), after.pop("settings")
    assert {**before, "synth_version": "1.0.6"} == after
    assert old["modulations"] == new["modulations"]
    assert old["sample"] == new["sample"]
    for kept, was in zip(new["wavetables"] + new["lfos"], old["wavetables"] + old["lfos"], strict=True):
        assert {**kept, "version": ""} == {**was, "version": ""}
    plain = {n for n, value in old.items() if not isinstance(value, list | dict) and not n.endswith("random_phase")}
    assert plain & SPACE.index.keys()
    assert plain - SPACE.index.keys()
    span = {name: SPACE[name].high - SPACE[name].low if name in SPACE.index else 0.0 for name in plain}
    assert [name for name in plain if not abs(new[name] - old[name]) <= span[name] * 2.0**-22] == []


def test_search_keeps_own_tables(foreign: Path) -> None:
    """A move of a search that loses the preset's own wavetable: the sound would jump at every step."""
    (preset,) = VITAL.read(foreign)
    moved = preset.with_native(SPACE.from_named({"volume": 5000.0}, preset.native))
    tables = json.loads(VITAL.dump([moved], ".vital"))["settings"]["wavetables"]
    assert tables[1]["name"] == "Mine"


def test_damaged_own_table_is_refused_in_words(foreign: Path) -> None:
    """A silent or stale render where vita will not load the preset."""
    (preset,) = VITAL.read(foreign)
    broken = Preset("vital", preset.native, "broken", {**preset.extra, "wavetables": {"2": {"groups": 3}}})
    engine = VITAL.engine()
    with pytest.raises(RenderError, match="broken"):
        engine.render(broken, SHORT)


def test_modulation_that_vital_does_not_know_is_said(tmp_path: Path) -> None:
    """Catches a connection that is lost without a word, a known one that is reported, and a list that is not Vital's."""
    import vita

    assert set(vita.get_modulation_sources()) == SOURCES
    assert set(vita.get_modulation_destinations()) <= set(VITAL.builder.init)
    document = json.loads(VITAL.dump([named()], ".vital"))
    known = {"source": "macro_control_1", "destination": "filter_1_cutoff"}
    strange = {"source": "lfo_9", "destination": "filter_1_cutof"}
    path = tmp_path / "own.vital"
    document["settings"]["modulations"] = [known]
    path.write_text(json.dumps(document))
    VITAL.read(path)
    document["settings"]["modulations"] = [known, strange]
    path.write_text(json.dumps(document))
    with pytest.warns(InputWarning, match="modulation by or of lfo_9 and 1 more, which Vital does not know"):
        (preset,) = VITAL.read(path)
    assert json.loads(VITAL.dump([preset], ".vital"))["settings"]["modulations"][:2] == [known, strange]
