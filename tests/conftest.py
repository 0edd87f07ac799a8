"""What several tests share: TinySynth, a VST3 instrument compiled when a test asks for it; small data sets and shards; one thread;
a web server and a browser.
"""

import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import array_checks  # noqa: F401  before what it checks
from synthmatch.dataset import folder
from synthmatch.dataset.banks import read_banks
from synthmatch.dataset.generate import generate
from synthmatch.dataset.reader import Dataset
from synthmatch.dataset.spec import DatasetSpec
from synthmatch.synths.registry import get_synth

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from web_page import Watched
    from web_server import Running

    from synthmatch.experiments.icassp2023.run import Outcome

# what is printed is not to be laid out for the terminal that the tests run in
os.environ.pop("COLUMNS", None)

SOURCE = Path(__file__).parent / "synths/tiny_synth"
#: where Debian puts the framework that turns a C++ class into a VST3
DPF = Path("/usr/share/dpf/distrho")


@pytest.fixture(scope="session", autouse=True)
def own_temporary_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Test processes run side by side, and tests look at what theirs leaves in the folder for temporary files."""
    tmp_path_factory.getbasetemp()  # where it would be without this
    # short, for the sockets in it
    folder = tempfile.mkdtemp(prefix="tests-")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", folder)
        patch.setattr(tempfile, "tempdir", folder)
        yield
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache folder for a module's tests alone, with no plug-in in it yet."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


@pytest.fixture(scope="session")
def tiny_synth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle. Fails where the compiler or the framework is missing: no test of VST3 is ever left out."""
    if shutil.which("g++") is None or not DPF.is_dir():
        pytest.fail("TinySynth cannot be compiled; to add what it needs: apt-get install g++ dpf-source", pytrace=False)
    bundle = tmp_path_factory.mktemp("plugins") / "TinySynth.vst3"
    library = bundle / "Contents" / f"{platform.machine()}-linux" / "TinySynth.so"
    library.parent.mkdir(parents=True)
    sources = [SOURCE / "tiny_synth.cpp", DPF / "DistrhoPluginMain.cpp"]
    flags = ["-std=c++17", "-O1", "-fPIC", "-shared", "-fvisibility=hidden", "-DDISTRHO_PLUGIN_TARGET_VST3"]
    compiler = ["g++", *flags, f"-I{SOURCE}", f"-I{DPF}", *map(str, sources), "-o", str(library)]
    ended = subprocess.run(compiler, capture_output=True, text=True, check=False)
    if ended.returncode:
        pytest.fail(f"TinySynth does not compile: {ended.stderr}", pytrace=False)
    return bundle


@pytest.fixture(scope="module")
def small_shards() -> Iterator[None]:
    """Data sets with four rows a shard."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folder, "ROWS_PER_SHARD", 4)
        yield


def generated(into: Path, synths: tuple[str, ...], pitches: tuple[int, ...]) -> Dataset:
    """A data set of twenty-four presets of each synthesizer."""
    banks = {id: found.presets for id, found in read_banks([get_synth(synth) for synth in synths], []).items()}
    generate(DatasetSpec(synths, 24, pitches), into, banks)
    return Dataset.open(into)


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Twenty-four voices of Dexed at C4."""
    return generated(tmp_path_factory.mktemp("data"), ("dexed",), (60,))


@pytest.fixture(scope="session")
def two_synths(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Twenty-four presets each of Dexed and amsynth at C4."""
    return generated(tmp_path_factory.mktemp("two"), ("dexed", "amsynth"), (60,))


@pytest.fixture(scope="session")
def two_notes(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Twenty-four voices of Dexed at C4 and G4."""
    return generated(tmp_path_factory.mktemp("notes"), ("dexed",), (60, 67))


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Torch on one thread: small products are faster so, and sums have one order."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> "Outcome":
    """A small outcome of the experiments of ICASSP 2023."""
    from experiment_outcome import make_outcome

    return make_outcome(tmp_path_factory.mktemp("experiments"))


@pytest.fixture(scope="session")
def report(outcome: "Outcome", tmp_path_factory: pytest.TempPathFactory) -> str:
    """Its report."""
    from experiment_outcome import make_report

    return make_report(outcome, tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="session")
def server() -> Iterator["Running"]:
    """One web server for all tests that change no setting."""
    from web_server import serving

    with serving() as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Debian's Chromium, with a microphone that beeps. Fails where it is missing: no test of the page is ever left out."""
    from playwright.sync_api import sync_playwright

    path = Path("/usr/bin/chromium")
    if not path.exists():
        pytest.fail("there is no /usr/bin/chromium; to add it: apt-get install chromium", pytrace=False)
    flags = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=flags)
        yield started
        started.close()


@pytest.fixture
def watched(browser: "Browser", server: "Running") -> Iterator["Watched"]:
    """The page in a fresh browser profile. It may ask nothing of other hosts and complain of nothing."""
    from web_page import Watched

    context = browser.new_context(accept_downloads=True, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(30_000)
    found = Watched(page, server)
    yield found
    found.check()
    context.close()
