"""Make the bundled example recordings from Debian's package sonic-pi-samples.

Run: python tools/make_examples.py [/usr/share/sonic-pi/samples]. Needs the package; writes
src/synthmatch/data/examples. All sources are CC0; LICENSES.md there names them.
"""

import sys
from pathlib import Path

import soundfile

SOURCES = Path("/usr/share/sonic-pi/samples")
EXAMPLES = Path(__file__).parents[1] / "src/synthmatch/data/examples"
#: name in the package: (source, whether to keep its bytes); a long one becomes OGG, so that all stay below 200 kB.
RECORDINGS = {
    "bass.flac": ("bass_voxy_hit_c.flac", True),
    "bell.flac": ("elec_bell.flac", True),
    "tabla.flac": ("tabla_tun1.flac", True),
    "glass.ogg": ("ambi_glass_rub.flac", False),
}


def main() -> None:
    """Copy or encode each recording."""
    sources = Path(sys.argv[1]) if len(sys.argv) > 1 else SOURCES
    EXAMPLES.mkdir(parents=True, exist_ok=True)
    for name, (source, whole) in RECORDINGS.items():
        if whole:
            (EXAMPLES / name).write_bytes((sources / source).read_bytes())
        else:
            samples, rate_hz = soundfile.read(sources / source, dtype="float32", always_2d=True)
            soundfile.write(EXAMPLES / name, samples, rate_hz, format="OGG", subtype="VORBIS", compression_level=0.6)
        print(f"{name}: {(EXAMPLES / name).stat().st_size} bytes from {source}")


if __name__ == "__main__":
    main()
