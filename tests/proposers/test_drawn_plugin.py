"""Envelopes of plug-ins that are drawn from the target: on TinySynth, a VST3, and on mda JX10, an LV2."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from synthmatch.analysis.adsr import adsr
from synthmatch.arrays import Audio
from synthmatch.matching import match
from synthmatch.note import SAMPLE_RATE_HZ, Note
from synthmatch.params import Preset
from synthmatch.proposers.base import SEEDS, in_order, propose_all
from synthmatch.proposers.drawn.plugin.drawer import draw_plugin
from synthmatch.proposers.drawn.plugin.law import read_laws
from synthmatch.proposers.drawn.plugin.laws import _law, envelope_laws
from synthmatch.proposers.drawn.plugin.names import amplitude_envelope
from synthmatch.proposers.drawn.plugin.proposer import DrawnPluginProposer
from synthmatch.proposers.registry import proposers_for
from synthmatch.render.pool import RenderPool
from synthmatch.synths.plugin.synth import Plugin
from synthmatch.synths.registry import get_synth
from synthmatch.systems.folders import cache_folder

pytestmark = pytest.mark.usefixtures("own_cache")

JX10 = "http://drobilla.net/plugins/mda/JX10"
NOTE = Note(60, 100, 1.5, 2.2)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ("VCF Att|VCF Dec|VCF Sus|VCF Rel|ENV Att|ENV Dec|ENV Sus|ENV Rel", "ENV Att|ENV Dec|ENV Sus|ENV Rel"),
        ("filter_attack|filter_release|amp_release|amp_attack", "amp_attack|amp_release"),
        ("Env 2 Attack|Env 2 Decay|Env 1 Attack|Env 1 Decay", "Env 1 Attack|Env 1 Decay"),
        ("Env1Attack|Env1Release|AmpEGAttack|AmpEGRelease", "AmpEGAttack|AmpEGRelease"),
        ("DCF1 Attack|DCF1 Decay|LFO1 Attack|LFO1 Decay|DCA1 Attack|DCA1 Decay", "DCA1 Attack|DCA1 Decay"),
        ("Attack|Decay|Release|Mod Dec|Mod Rel", "Attack|Decay|Release"),
        ("Pluck Attack|Pluck Decay|EG Attack|EG Decay", "EG Attack|EG Decay"),
        ("Attack Velocity|Attack Curve|Release Curve|Comp Attack|Comp Release|Decay", ""),
        ("Relative|Decimate|Attach|Substain", ""),
    ],
)
def test_the_amplitudes_envelope_is_told_by_names(names: str, found: str) -> None:
    """Catches the filter's envelope, the second one, a compressor's, and parts of words."""
    assert sorted(amplitude_envelope(names.split("|")).values()) == sorted(found.split("|") if found else [])


@pytest.fixture(scope="module")
def jx10() -> Plugin:
    """JX10 as a user names it."""
    found = get_synth(JX10)
    assert isinstance(found, Plugin)
    return found


def played(synth: Plugin, settings: dict[str, float], note: Note = NOTE) -> Audio:
    """What the default sounds like with some parameters moved."""
    with RenderPool(synth, workers=1) as pool:
        (audio,) = pool.run([Preset(synth.id, synth.space.from_named(settings))], note)
    assert isinstance(audio, np.ndarray)
    return audio


def drawn(synth: Plugin, target: Audio, note: Note = NOTE) -> list[Preset]:
    """The presets that are proposed."""
    return draw_plugin(synth, target, note, np.random.default_rng(0))


@pytest.mark.parametrize(
    "settings",
    [
        {"ENV Att": 0.0, "ENV Dec": 0.5, "ENV Sus": 0.0, "ENV Rel": 0.3},
        {"ENV Att": 0.6, "ENV Dec": 0.3, "ENV Sus": 1.0, "ENV Rel": 0.6},
        {"ENV Att": 0.0, "ENV Dec": 0.4, "ENV Sus": 0.4, "ENV Rel": 0.45},
    ],
)
def test_a_plugins_own_envelope_comes_back(jx10: Plugin, settings: dict[str, float]) -> None:
    """Catches a knob of another envelope, one that is read in the wrong direction, and a time that is another's."""
    target = played(jx10, settings)
    first = drawn(jx10, target)[0]
    heard = played(jx10, {name: jx10.space.named(first.native)[name] for name in settings})
    envelopes = [adsr(sound.mean(axis=0).astype(np.float64), NOTE.hold_seconds, NOTE.hz) for sound in (target, heard)]
    truth, found = envelopes
    assert truth
    assert found
    assert found.attack_s == pytest.approx(truth.attack_s, rel=0.3, abs=0.03)
    assert found.sustain == pytest.approx(truth.sustain, abs=0.15)


def test_nothing_but_the_envelope_is_drawn(jx10: Plugin) -> None:
    """Catches a default that is moved elsewhere, seeds that are all alike, and doubles."""
    presets = drawn(jx10, played(jx10, {"ENV Dec": 0.4, "ENV Sus": 0.0}))
    (moved,) = np.nonzero(presets[0].native != jx10.space.default)
    assert {jx10.space.parameters[i].name for i in moved} <= {"ENV Att", "ENV Dec", "ENV Sus", "ENV Rel"}
    assert len({preset.key() for preset in presets}) == len(presets)
    assert SEEDS / 2 < len(presets) <= SEEDS
    envelope = [jx10.space.index[name] for name in ("ENV Dec", "ENV Sus")]
    assert len({preset.native[envelope].tobytes() for preset in presets}) == 1


def test_an_envelope_without_a_sustain_has_the_decay_of_a_held_sound() -> None:
    """Catches a decay of a few milliseconds for a sound that keeps its level, which DX10 has no knob to say."""
    dx10 = get_synth("http://drobilla.net/plugins/mda/DX10")
    assert isinstance(dx10, Plugin)
    time = np.arange(NOTE.samples) / SAMPLE_RATE_HZ
    for fall, least, most in ((0.0, 0.8, 1.0), (20.0, 0.05, 0.3)):
        sound = 0.3 * np.sin(2 * np.pi * NOTE.hz * time) * np.exp(-fall * time) * (time < NOTE.hold_seconds)
        first = dx10.space.named(drawn(dx10, sound.astype(np.float32)[None])[0].native)
        assert least <= float(first["Decay"]) <= most


def test_a_rate_is_read_backwards() -> None:
    """Catches a knob whose high end is the short time, positions that render nothing, and a knob that moves nothing."""
    law = _law(3, np.array([9.0, 4.0, np.nan, 2.0, 1.0, 0.5, 0.2, 0.1, 0.1]))
    assert law
    assert (law.unit(100.0), law.unit(9.0)) == (0.0, 0.0)
    assert law.unit(0.01) == law.unit(0.1) == 1.0
    assert law.unit(4.0) == pytest.approx((1 / 8) ** 1.5)
    assert _law(3, np.linspace(1.0, 2.0, 9)) is None
    assert _law(3, np.full(9, np.nan)) is None


def test_a_match_says_that_its_envelope_is_drawn(tiny_synth: Path) -> None:
    """Catches random presets in the place of drawn ones, for a VST3 whose envelope is an attack and a release alone."""
    time = np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    sound = np.sin(2 * np.pi * 262 * time) * np.minimum(time / 0.2, 1.0) * (time < 0.9)
    found = match(sound.astype(np.float32), synths=[str(tiny_synth)], renders=0, candidates=1, metrics=())
    assert found.best.origin == "drawn"
    named = get_synth(str(tiny_synth)).space.named(found.best.preset.native)
    # straight from 1 to 500 ms; between the positions that were rendered a knob's time is a guess
    assert float(named["Attack"]) == pytest.approx(0.4, abs=0.15)


@pytest.mark.parametrize(("sources", "origins"), [(("drawn",), {"drawn"}), (("drawn", "random"), {"drawn", "random"})])
def test_drawn_envelopes_can_be_asked_for(jx10: Plugin, sources: tuple[str, ...], origins: set[str]) -> None:
    """Catches random presets that nobody asked for, and drawn ones that random ones leave out."""
    target = played(jx10, {"ENV Dec": 0.4, "ENV Sus": 0.0})
    for asked, expected in ((sources, origins), (None, {"drawn"})):
        proposers = proposers_for([], sources=asked)
        found = propose_all(proposers, target, NOTE, jx10, np.random.default_rng(0), rendering=True)
        assert {preset.origin for preset in in_order(found)} == expected


def test_what_has_no_envelope_or_no_sound_is_not_drawn(jx10: Plugin) -> None:
    """Catches an error for silence, and for synthesizers that are no plug-ins of the user's own."""
    silence = np.zeros((2, NOTE.samples), np.float32)
    assert not drawn(jx10, silence)
    assert not DrawnPluginProposer().propose(silence + 0.1, NOTE, get_synth("amsynth"), np.random.default_rng(0))


def test_what_knobs_do_is_asked_once(jx10: Plugin, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches renders before every search, laws that a file rounds, and a damaged file that ends the search or moves another knob."""
    laws = envelope_laws(jx10)
    (path,) = (cache_folder() / "plugins").glob(f"{jx10.fingerprint}-*-envelope-*.json")
    kept = read_laws(path, len(jx10.space))
    assert kept
    assert {knob: law.unit(0.123) for knob, law in kept.items()} == {
        knob: law.unit(0.123) for knob, law in laws.items()
    }
    monkeypatch.setattr("synthmatch.proposers.drawn.plugin.laws.RenderPool", None)
    assert list(envelope_laws.__wrapped__(jx10)) == ["attack", "decay", "release", "sustain"]
    whole = path.read_text()
    for damaged in ("", "[]", whole[:-1], whole.replace('"place": 16', '"place": 99'), whole.replace("units", "x")):
        path.write_text(damaged)
        with pytest.raises(TypeError, match="not callable"):
            envelope_laws.__wrapped__(jx10)
    path.write_text(whole)


_DRAW = """
import sys
import numpy as np
from synthmatch.note import Note
from synthmatch.proposers.drawn.plugin.drawer import draw_plugin
from synthmatch.synths.registry import get_synth

target, synth = np.load(sys.argv[1]), get_synth(sys.argv[2])
print([p.key().hex() for p in draw_plugin(synth, target, Note(60, 100, 1.5, 2.2), np.random.default_rng(0))])
"""


def test_presets_are_the_same_under_every_kernel(jx10: Plugin, tmp_path: Path) -> None:
    """Catches a product of matrices whose last digits decide between two knobs, and renders that differ from start to start."""
    target = played(jx10, {"ENV Dec": 0.4, "ENV Sus": 0.3})
    np.save(tmp_path / "target.npy", target)

    def drawn_with(kernel: str, threads: int) -> str:
        settings = {"OPENBLAS_CORETYPE": kernel, "OPENBLAS_NUM_THREADS": str(threads)}
        settings["XDG_CACHE_HOME"] = str(tmp_path / kernel)
        command = [sys.executable, "-c", _DRAW, str(tmp_path / "target.npy"), JX10]
        return subprocess.run(
            command, env=os.environ | settings, check=True, capture_output=True, text=True, timeout=300
        ).stdout

    here = f"{[preset.key().hex() for preset in drawn(jx10, target)]}\n"
    assert here == drawn_with("Nehalem", 1) == drawn_with("Haswell", 2)
