"""``synthmatch dataset``: generate, verify and info as a user starts them."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from synthmatch.cli.dataset import dataset_app
from synthmatch.dataset import folder as layout
from synthmatch.dataset.verify import verify
from synthmatch.errors import InputError, OutputError, SynthmatchError
from synthmatch.library.sources import BANKS
from synthmatch.synths.dexed.synth import Dexed

ROWS_PER_SHARD = layout.ROWS_PER_SHARD
HEXTER = Path("/usr/share/hexter")


def run(*arguments: object) -> str:
    """Standard output of a command that succeeds."""
    app = typer.Typer()
    app.add_typer(dataset_app, name="dataset")
    result = CliRunner().invoke(app, ["dataset", *map(str, arguments)])
    if result.exception:
        raise result.exception
    return result.stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data set of a bank of voices: two shards of two rows, of which the first is made."""
    folder = tmp_path_factory.mktemp("dataset")
    dexed = Dexed()
    (folder / "banks").mkdir()
    (folder / "banks" / "voices.dx7").write_bytes(dexed.dump(dexed.read(HEXTER / "dx7_roms.dx7")[:96], ".dx7"))
    (folder / "banks" / "cut.syx").write_bytes(b"\xf0\x43")
    arguments = ["--synth", "dexed", "--presets", 4, "--notes", "C4,A4", "--bank", folder / "banks", "--workers", 2]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layout, "ROWS_PER_SHARD", 2)
        said = run("generate", folder / "half", *arguments, "--shard", "1/2")
        assert "1 shards made, 0 found finished; 2 rows at 2 pitches" in said
        said = run("generate", folder / "whole", *arguments)
        assert "2 shards made" in said
        said = run("generate", folder / "whole", *arguments)
        assert "0 shards made, 2 found finished" in said
        yield folder


def test_info_counts_what_is_there(made: Path) -> None:
    """Catches counts of a set that is not finished, notes or sources lost on the way into the files."""
    said = run("info", made / "whole")
    for words in ("C4, A4", "2 of 2", "4 (", "2 bank, 2 child of bank", "seed 0", "MB"):
        assert words in said
    assert "1 of 2" in run("info", made / "half")


def test_no_data_set_is_bred_from_random_presets_in_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches two machines whose same command gives other data, since one of them lacks Debian's voices."""
    monkeypatch.setitem(BANKS, "dexed", tmp_path / "hexter")
    arguments = ["generate", tmp_path / "x", "--synth", "dexed", "--presets", 2, "--notes", "C4"]
    with pytest.raises(InputError, match="hexter is not installed: give some with --bank, or --allow-random"):
        run(*arguments)
    assert list(tmp_path.iterdir()) == []
    run(*arguments, "--allow-random")
    assert "2 child of random" in run("info", tmp_path / "x")
    assert "bank       none" in run("info", tmp_path / "x")


def test_verify_says_whether_all_is_there(made: Path) -> None:
    """Catches a missing shard that is success to a script, and a remedy that is not the command that was run."""
    assert "2 shards, all whole" in run("verify", made / "whole")
    with pytest.raises(InputError, match="1 of 2 shards are missing or damaged") as caught:
        run("verify", made / "half")
    command = f"synthmatch dataset generate {made / 'half'} --synth dexed --presets 4 --notes C4,A4 --seed 0"
    assert command in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (["generate", "{new}", "--synth", "moog"], InputError, "synth is 'moog'"),
        (["generate", "{new}", "--synth", "dexed", "--notes", "C4,X"], InputError, "note is 'X'"),
        (["generate", "{new}", "--synth", "dexed", "--notes", "C4,60"], InputError, "each once"),
        (["generate", "{new}", "--synth", "dexed", "--shard", "3/2"], InputError, "--shard is '3/2'"),
        (["generate", "{new}", "--synth", "dexed", "--shard", "0/2"], InputError, "expected i/N"),
        (["generate", "{new}", "--synth", "dexed", "--shard", "half"], InputError, "expected i/N"),
        (["generate", "{new}", "--synth", "dexed", "--bank", "{new}/none"], InputError, "does not exist"),
        (["generate", "{new}", "--synth", "vital", "--bank", "{made}/banks"], InputError, "no preset of vital"),
        (["generate", "{made}/half", "--synth", "dexed", "--presets", "9"], InputError, "another data set"),
        (["generate", "{made}/banks/cut.syx", "--synth", "dexed"], OutputError, "cannot write"),
        (["verify", "{made}/banks"], InputError, "no data set"),
        (["info", "{new}"], InputError, "synthmatch dataset generate"),
    ],
)
def test_refusals(made: Path, tmp_path: Path, arguments: list[str], error: type[SynthmatchError], words: str) -> None:
    """Catches a traceback, or a folder left behind, where one clear line is promised."""
    filled = [text.format(made=made, new=tmp_path / "new") for text in arguments]
    with pytest.raises(error, match=words) as caught:
        run(*filled)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_keeps_finished_shards_and_exits_with_130(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a traceback, a lost shard, and an exit code that a scheduler takes for success."""
    # the program is another process, with shards of its own size
    monkeypatch.setattr(layout, "ROWS_PER_SHARD", ROWS_PER_SHARD)
    folder = tmp_path / "x"
    command = [sys.executable, "-m", "synthmatch", "dataset", "generate", folder, "--synth", "dexed", "--notes", "C4"]
    # a background job ignores Ctrl-C, and so would what it starts
    mask = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(list(map(str, command)), stderr=subprocess.PIPE, text=True)
    finally:
        signal.signal(signal.SIGINT, mask)
    until = time.monotonic() + 120
    while not (folder / "dexed" / "shard-00000").exists() and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in said
    lines = verify(folder)
    assert 0 < len(lines) < 16
    assert all(line.endswith("is missing") for line in lines)
    assert not list((folder / "dexed").glob(".*"))
