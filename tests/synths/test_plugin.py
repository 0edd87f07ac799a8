"""Plug-ins by path and URI: their spaces, repeatable renders, their own files, and plug-ins that do not load."""

import json
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from synthmatch.audio import Audio
from synthmatch.errors import MissingSynthError, PresetError
from synthmatch.note import Note
from synthmatch.params import Preset
from synthmatch.presets.fxp import Program, write_fxp
from synthmatch.presets.vstpreset import VstPreset, write_vstpreset
from synthmatch.render.guard import RenderFailure
from synthmatch.render.pool import RenderPool
from synthmatch.synths.amsynth.synth import Amsynth, find_library
from synthmatch.synths.plugin.host import HostParameter
from synthmatch.synths.plugin.synth import Plugin, _parameters

pytestmark = pytest.mark.usefixtures("own_cache")

NOTE = Note(hold_seconds=0.3, render_seconds=0.5)
VST2 = str(find_library())
LV2 = "http://drobilla.net/plugins/mda/JX10"


def played(pool: RenderPool, presets: Sequence[Preset], note: Note) -> list[Audio]:
    """The audio of all presets; a failed render fails the test."""
    results = pool.run(presets, note)
    assert [str(result) for result in results if isinstance(result, RenderFailure)] == []
    return [result for result in results if not isinstance(result, RenderFailure)]


@pytest.fixture(scope="module", params=["vst2", "vst3", "lv2"])
def synth(request: pytest.FixtureRequest) -> Plugin:
    """A plug-in of each format."""
    if request.param == "vst3":
        return Plugin(str(request.getfixturevalue("tiny_synth")))
    return Plugin({"vst2": VST2, "lv2": LV2}[request.param])


@pytest.fixture(scope="module")
def presets(synth: Plugin) -> list[Preset]:
    """The plug-in's default and eleven settings near it, so that most of them sound."""
    generator = np.random.default_rng(1)
    ranges = np.array([p.high - p.low for p in synth.space.parameters])
    near = synth.space.default + generator.normal(0, 0.1, (11, len(synth.space))) * ranges
    return [synth.preset(native) for native in np.vstack([synth.space.default, near])]


@pytest.fixture(scope="module")
def pool(synth: Plugin) -> Iterator[RenderPool]:
    """One worker, so that all renders follow each other in it."""
    with RenderPool(synth, workers=1) as pool:
        yield pool


def assert_kept(synth: Plugin, back: Preset, preset: Preset) -> None:
    """Equal to the six digits that amsynth keeps; its switches, which it hides from the host, are rounded."""
    smooth = (
        [p.name for p in Amsynth().space.parameters if not p.steps] if synth.id == VST2 else list(synth.space.index)
    )
    columns = [synth.space.index[name] for name in smooth]
    np.testing.assert_allclose(back.native[columns], preset.native[columns], atol=1e-5)


@pytest.mark.parametrize("synth", ["vst2"], indirect=True)
def test_parameters_of_a_vst2_are_its_own(synth: Plugin) -> None:
    """Catches parameters in another order than the host's, and lost ones."""
    assert [p.name for p in synth.space.parameters] == [p.name for p in Amsynth().space.parameters]
    assert synth.channels == 2


@pytest.mark.parametrize("synth", ["vst3"], indirect=True)
def test_parameters_of_a_vst3_are_its_own(synth: Plugin) -> None:
    """Catches MIDI controllers and meters among them, lost choices, and values that DPF tells wrongly."""
    assert list(synth.space.index) == ["Level", "Filter Cutoff", "Attack", "Release", "Wave", "Octave"]
    assert synth.space["Wave"].choices == ("sine", "saw", "square", "noise")
    assert synth.space["Octave"].text(synth.space["Octave"].default) == "0"
    assert synth.space["Level"].default == pytest.approx(0.7)
    assert synth.channels == 2


@pytest.mark.parametrize("synth", ["lv2"], indirect=True)
def test_parameters_of_an_lv2_are_its_own(synth: Plugin) -> None:
    """Catches ports of audio and notes among them, and knobs of the wrong group."""
    assert len(synth.space) == 24
    assert list(synth.space.index)[6:8] == ["VCF Freq", "VCF Reso"]
    assert synth.space["VCF Freq"].group == "filter"
    assert synth.space["ENV Att"].group == "envelope"
    assert synth.channels == 2


def test_same_bits_whatever_was_rendered_before(pool: RenderPool, presets: list[Preset]) -> None:
    """Catches voice state or parameters that stay from the render before."""
    first = played(pool, presets, NOTE)
    for one, again in zip(first, played(pool, presets[::-1], NOTE)[::-1], strict=True):
        np.testing.assert_array_equal(again, one)
    assert first[0].shape == (2, NOTE.samples)
    assert np.abs(first[0]).max() > 1e-3
    assert len({a.tobytes() for a in first}) == len(first)


def test_file_reads_back(synth: Plugin, pool: RenderPool, presets: list[Preset], tmp_path: Path) -> None:
    """Catches a state saved before the plug-in took the parameters over (LV2), or restored without them."""
    suffix = synth.formats[0].suffix
    path = tmp_path / f"My sound{suffix}"
    path.write_bytes(synth.dump([presets[3]], suffix))
    (back,) = synth.read(path)
    assert back.name == "My sound"
    assert_kept(synth, back, presets[3])
    saved = synth.dump([back], suffix)
    path.write_bytes(saved)
    (again,) = synth.read(path)
    np.testing.assert_array_equal(again.native, back.native)
    one, two = played(pool, [back, again], NOTE)
    np.testing.assert_array_equal(two, one)


def test_moved_parameter_of_a_read_preset_is_heard(
    synth: Plugin, pool: RenderPool, presets: list[Preset], tmp_path: Path
) -> None:
    """Catches the state of the file hiding what a search has moved since."""
    suffix = synth.formats[0].suffix
    path = tmp_path / f"x{suffix}"
    path.write_bytes(synth.dump([presets[0]], suffix))
    (read,) = synth.read(path)
    moved = read.with_native(presets[5].native)
    one, two = played(pool, [moved, read], NOTE)
    assert not np.array_equal(one, two)
    path.write_bytes(synth.dump([moved], suffix))
    assert_kept(synth, synth.read(path)[0], moved)


@pytest.mark.parametrize("synth", ["vst2"], indirect=True)
def test_vst2_by_path_sounds_like_amsynth(pool: RenderPool, synth: Plugin) -> None:
    """Catches host units that are off: the same knob positions must sound as amsynth's own text does."""
    amsynth = Amsynth()
    units = np.clip(amsynth.space.to_unit(amsynth.space.default) * 0.8 + 0.05, 0, 1)
    native = amsynth.space.to_native(units)
    with RenderPool(amsynth, workers=1) as own:
        (expected,) = played(own, [amsynth.preset(native)], NOTE)
    (heard,) = played(pool, [synth.preset(amsynth.space.to_unit(native))], NOTE)
    assert np.abs(heard - expected).max() < 1e-3 * np.abs(expected).max()


def test_another_plugins_file_is_refused(synth: Plugin, tmp_path: Path) -> None:
    """Catches a preset of another plug-in, a cut file or a text that is loaded without a word."""
    path = tmp_path / "x"
    other = b"@prefix x: <y> . <http://a/b> lv2:appliesTo <http://drobilla.net/plugins/mda/DX10> ."
    vst3 = write_vstpreset(VstPreset("0" * 32, b"state"))
    for contents in (write_fxp(Program(b"none", "x", b"")), vst3, b"", b"CcnK", b"VST3", other):
        path.write_bytes(contents)
        with pytest.raises(PresetError):
            synth.read(path)
    with pytest.raises(PresetError, match="does not exist"):
        synth.read(tmp_path / "absent")


def test_wrong_dumps_are_refused(synth: Plugin, presets: list[Preset]) -> None:
    """Catches presets left out of a file, and a file of a kind that this plug-in does not have."""
    with pytest.raises(PresetError, match="got 2 presets"):
        synth.dump(presets[:2], synth.formats[0].suffix)
    with pytest.raises(PresetError, match=r"not '\.syx'"):
        synth.dump(presets[:1], ".syx")
    with pytest.raises(PresetError, match="preset of dexed"):
        synth.dump([Preset("dexed", presets[0].native)], synth.formats[0].suffix)


@pytest.mark.parametrize("id", ["http://example.org/none", "/nowhere/none.so", str(Path(__file__))])
def test_what_does_not_load_is_missing(id: str) -> None:
    """Catches a traceback, or a worker that dies, for a mistyped path or URI or a file that is no plug-in."""
    synth = Plugin(id)
    message = synth.missing() or ""
    assert id in message
    assert "expected the path of a VST2 or VST3 file or the URI of an LV2" in message
    assert "\n" not in message
    with pytest.raises(MissingSynthError):
        synth.engine()


def test_plugin_that_crashes_is_missing(tmp_path: Path) -> None:
    """Catches a plug-in whose crash takes the program with it."""
    source, library = tmp_path / "crash.c", tmp_path / "crash.so"
    source.write_text("#include <stdlib.h>\nvoid *VSTPluginMain(void *host) { abort(); }\n")
    assert os.system(f"cc -shared -fPIC -o {library} {source}") == 0
    assert "ends the process that loads it (SIGABRT)" in (Plugin(str(library)).missing() or "")


@pytest.mark.linux
def test_plugin_that_leaves_a_daemon(tmp_path: Path) -> None:
    """Catches a probe that waits a minute for a process which holds its output, and leaves it behind."""
    source, library, told = tmp_path / "daemon.c", tmp_path / "daemon.so", tmp_path / "told"
    source.write_text(
        "#include <stdio.h>\n#include <stdlib.h>\n#include <sys/wait.h>\n#include <unistd.h>\n"
        "void *VSTPluginMain(void *host) {\n"
        "  if (fork() == 0) { setsid(); int pid = fork(); if (pid == 0) { sleep(1000); _exit(0); }\n"
        f'    FILE *f = fopen("{told}", "w"); fprintf(f, "%d", pid); fclose(f); _exit(0); }}\n'
        "  wait(0); abort(); }\n"
    )
    assert os.system(f"cc -shared -fPIC -o {library} {source}") == 0
    began = time.monotonic()
    assert "ends the process that loads it (SIGABRT)" in (Plugin(str(library)).missing() or "")
    assert time.monotonic() - began < 20
    stat = Path(f"/proc/{told.read_text()}/stat")
    assert not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"


def test_second_start_asks_nobody(synth: Plugin, own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a cache that is never read, or one that outlives its plug-in."""
    space = synth.space
    monkeypatch.setattr("synthmatch.synths.plugin.synth.probe", None)
    assert Plugin(synth.id).space.hash == space.hash
    files = list(own_cache.rglob("*.json"))
    assert files
    assert all("parameters" in json.loads(f.read_text()) for f in files)
    monkeypatch.setattr("synthmatch.synths.plugin.synth._fingerprint", lambda _: "another version")
    with pytest.raises(TypeError, match="not callable"):
        _ = Plugin(synth.id).space


def test_kinds_and_names_of_host_parameters() -> None:
    """Catches two parameters of one name that become one, and choices taken for a knob."""
    host = [
        HostParameter(0, "Wave", "", 0.5, 3, ("sine", "saw", "square")),
        HostParameter(1, "Wave", "", 0.0, 2, ()),
        HostParameter(2, "Cutoff", "Hz", 0.3, 0, ()),
        HostParameter(3, "Program", "", 0.25, 128, ()),
        HostParameter(4, "", "", 1.5, 0, ()),
    ]
    wave, second, cutoff, program, unnamed = _parameters(host)
    assert (wave.kind, wave.choices, wave.default) == ("categorical", ("sine", "saw", "square"), 1)
    assert (second.name, second.choices) == ("Wave 2", ("0", "1"))
    assert (cutoff.kind, cutoff.group, cutoff.default) == ("continuous", "filter", 0.3)
    assert program.kind == "continuous"
    assert (unnamed.name, unnamed.default) == ("parameter 4", 1.0)


@pytest.mark.parametrize("effect", ["Delay", "Vocoder", "Shepard", "Dither"])
def test_an_effect_is_refused(effect: str) -> None:
    """Catches an effect matched to silence or to its own hum, which no note changes."""
    plugin = Plugin(f"http://drobilla.net/plugins/mda/{effect}")
    assert f"/{effect} is an effect" in (plugin.missing() or "")
    with pytest.raises(MissingSynthError, match="expected an instrument"):
        len(plugin.space)


@pytest.mark.parametrize("path", ["./no.vst3", "/no/where.so"])
def test_a_plugin_that_is_not_there_is_said(path: str) -> None:
    """Catches a traceback of a command that asks for parameters or files before it asks whether the plug-in is there."""
    for name in ("space", "formats", "channels"):
        with pytest.raises(MissingSynthError, match=f"there is no plug-in {path}"):
            # a VST2 has a format whatever it is
            getattr(Plugin(path), "space" if path.endswith(".so") else name)
    with pytest.raises(MissingSynthError, match=f"there is no plug-in {path}"):
        Plugin(path).engine()
    assert Plugin(path).version() == ""
