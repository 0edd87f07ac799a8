"""amsynth's waveforms, as the parameters number them."""

SINE, PULSE, SAW, NOISE, HELD_NOISE = range(5)
