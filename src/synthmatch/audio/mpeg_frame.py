"""The header of one frame of MPEG audio: its kind, length and samples, and the count that the first frame may hold.

Tables of ISO 11172-3 (MPEG-1), 13818-3 (MPEG-2), and the extension to lower rates that is called MPEG-2.5.
"""

from dataclasses import dataclass, replace

_RATES_HZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
#: kbit/s by (MPEG-1, layer); index 0 is the free format.
_KBITS = {
    (True, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_MONO = 3


@dataclass(frozen=True, slots=True)
class Frame:
    """`kind` is (version, layer, samples a second, mono); `length` in bytes, 0 in free format until it is known."""

    kind: tuple[int, int, int, bool]
    length: int
    padding: int
    free: bool = False

    @property
    def samples(self) -> int:
        """Samples of each channel."""
        version, layer, _, _ = self.kind
        return {1: 384, 2: 1_152, 3: 1_152 if version == 3 else 576}[layer]

    def of_length(self, length: int) -> "Frame":
        """The same frame, which is `length` bytes long."""
        return replace(self, length=length)

    def stated_frames(self, contents: bytes) -> int | None:
        """How many frames follow, by the Xing, Info or VBRI header that this frame is; 0 where it does not count."""
        version, layer, _, mono = self.kind
        if layer != 3:
            return None
        place = 4 + ((17 if mono else 32) if version == 3 else (9 if mono else 17))
        if contents[place : place + 4] in (b"Xing", b"Info"):
            counts = len(contents) >= place + 12 and contents[place + 7] & 1
            return int.from_bytes(contents[place + 8 : place + 12], "big") if counts else 0
        if contents[36:40] == b"VBRI":
            return int.from_bytes(contents[50:54], "big")
        return None


def parse(data: bytes, place: int) -> Frame | None:
    """The frame whose header stands at `place`, or None."""
    head = data[place : place + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    bits, rate, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or layer == 4 or bits == 15 or rate == 3:
        return None
    rate_hz = _RATES_HZ[version][rate]
    kbits = _KBITS[version == 3, layer][bits]
    slot = 4 if layer == 1 else 1
    # a frame holds samples / 8 bytes for each bit a sample, in whole slots
    samples = {1: 384, 2: 1_152, 3: 1_152 if version == 3 else 576}[layer]
    length = (samples * kbits * 125 // (rate_hz * slot) + padding) * slot if kbits else 0
    return Frame((version, layer, rate_hz, head[3] >> 6 == _MONO), length, padding * slot, free=not kbits)


def with_free_length(frame: Frame | None, like: Frame) -> Frame | None:
    """A frame of free format with the length that follows from another one's: they differ by their padding only."""
    if frame is None or not frame.free:
        return frame
    return frame.of_length(like.length - like.padding + frame.padding) if like.free else None
