// TinySynth: a mono VST3 instrument for the tests, since Debian has none. Oscillator, low pass, attack and release.
//
// It keeps its phase, its filter and its noise from note to note, as real synthesizers do: a host that renders twice
// with one instance gets other samples.

#include <cmath>
#include <cstdint>

#include "DistrhoPlugin.hpp"

START_NAMESPACE_DISTRHO

enum { kLevel, kCutoff, kAttack, kRelease, kWave, kOctave, kMeter, kCount };

struct Knob {
    const char* name;
    const char* unit;
    uint32_t hints;
    float low, high, start;
};

// In the plug-in's own units, so that a host that forgets to convert is heard. DPF 1.6 tells every host that the first
// one is 0, which it never is at the start. The meter is no knob: a host must leave it out.
static const Knob kKnobs[kCount] = {
    {"Level", "dB", 0, -40.0f, 0.0f, -12.0f},
    {"Filter Cutoff", "Hz", 0, 50.0f, 8000.0f, 2000.0f},
    {"Attack", "ms", 0, 1.0f, 500.0f, 10.0f},
    {"Release", "ms", 0, 1.0f, 500.0f, 100.0f},
    {"Wave", "", kParameterIsInteger, 0.0f, 3.0f, 1.0f},
    {"Octave", "", kParameterIsInteger, -2.0f, 2.0f, 0.0f},
    {"Meter", "", kParameterIsOutput, 0.0f, 1.0f, 0.0f},
};
static const char* const kWaves[] = {"sine", "saw", "square", "noise"};

class TinySynth : public Plugin {
public:
    TinySynth() : Plugin(kCount, 0, 0) {
        for (int i = 0; i < kCount; ++i) knobs[i] = kKnobs[i].start;
    }

protected:
    const char* getLabel() const override { return "TinySynth"; }
    const char* getMaker() const override { return "synthmatch"; }
    const char* getLicense() const override { return "GPL-3.0-or-later"; }
    uint32_t getVersion() const override { return d_version(1, 0, 0); }
    int64_t getUniqueId() const override { return d_cconst('T', 'i', 'n', 'y'); }

    void initParameter(uint32_t index, Parameter& parameter) override {
        const Knob& knob = kKnobs[index];
        parameter.hints = index == kMeter ? knob.hints : kParameterIsAutomatable | knob.hints;
        parameter.name = knob.name;
        parameter.symbol = String(knob.name).replace(' ', '_');
        parameter.unit = knob.unit;
        parameter.ranges = ParameterRanges(knob.start, knob.low, knob.high);
        if (index == kWave) {
            parameter.enumValues.count = 4;
            parameter.enumValues.restrictedMode = true;
            parameter.enumValues.values = new ParameterEnumerationValue[4];
            for (int i = 0; i < 4; ++i) parameter.enumValues.values[i] = ParameterEnumerationValue(i, kWaves[i]);
        }
    }

    float getParameterValue(uint32_t index) const override { return knobs[index]; }
    void setParameterValue(uint32_t index, float value) override { knobs[index] = value; }

    void run(const float**, float** outputs, uint32_t frames, const MidiEvent* events, uint32_t count) override {
        const double rate = getSampleRate();
        const double level = std::pow(10.0, knobs[kLevel] / 20), smooth = 1 - std::exp(-6.2832 * knobs[kCutoff] / rate);
        const double rise = 1000 / (knobs[kAttack] * rate), fall = 1000 / (knobs[kRelease] * rate);
        for (uint32_t i = 0, next = 0; i < frames; ++i) {
            for (; next < count && events[next].frame <= i; ++next) midi(events[next].data);
            phase += 440.0 * std::pow(2.0, (pitch - 69) / 12.0 + knobs[kOctave]) / rate;
            phase -= std::floor(phase);
            gate = std::fmin(std::fmax(gate + (held ? rise : -fall), 0.0), 1.0);
            filtered += smooth * (wave() - filtered);
            outputs[0][i] = outputs[1][i] = static_cast<float>(level * velocity * gate * filtered);
        }
        knobs[kMeter] = static_cast<float>(gate);
    }

private:
    void midi(const uint8_t* data) {
        const bool on = (data[0] & 0xF0) == 0x90 && data[2] > 0, off = (data[0] & 0xE0) == 0x80 && !on;
        if (on) pitch = data[1], velocity = data[2] / 127.0;
        if (on || (off && data[1] == pitch)) held = on;
    }

    double wave() {
        switch (static_cast<int>(std::lround(knobs[kWave]))) {
        case 0: return std::sin(6.283185307179586 * phase);
        case 1: return 2 * phase - 1;
        case 2: return phase < 0.5 ? 1 : -1;
        default: seed = seed * 1664525u + 1013904223u; return seed / 2147483648.0 - 1;
        }
    }

    float knobs[kCount];
    double phase = 0, filtered = 0, gate = 0, velocity = 0;
    int pitch = 69;
    bool held = false;
    uint32_t seed = 1;

    DISTRHO_DECLARE_NON_COPYABLE_WITH_LEAK_DETECTOR(TinySynth)
};

Plugin* createPlugin() { return new TinySynth(); }

END_NAMESPACE_DISTRHO
