"""What ``morph`` and ``sample`` leave in their folder."""

from pathlib import Path

import pytest

from synthmatch.cli.sounds import write_sounds
from synthmatch.features.search_distance import QUIETEST_DB
from synthmatch.note import Note
from synthmatch.synths.preset_files import read_presets
from synthmatch.synths.registry import get_synth


def test_silent_presets_come_last_and_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Catches an answer that nobody hears at the head of a bank: a model's latent has silent places."""
    synth = get_synth("dexed")
    loud = synth.preset(synth.space.default)
    mute = loud.with_native(synth.space.from_named({f"op{op}_output_level": 0.0 for op in range(1, 7)}, loud.native))
    group = [mute.with_name("sample 1"), loud.with_name("sample 2")]
    write_sounds(tmp_path, [group], Note(hold_seconds=0.5), quietest_db=QUIETEST_DB, force=False)
    assert [preset.name for preset in read_presets(tmp_path / "dexed.syx")[:2]] == ["sample 2", "sample 1"]
    assert "1 of 2 presets of Dexed (DX7) are silent, last in the bank: sample 1" in capsys.readouterr().err
    assert (tmp_path / "dexed-sample_1.wav").exists()
