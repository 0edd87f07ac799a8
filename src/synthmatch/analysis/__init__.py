"""What a recording says of the preset that would make it: fundamental, harmonics over time, what is not harmonic, release.

Arguments are mono float64 at 44.1 kHz, shape (samples,).
"""
