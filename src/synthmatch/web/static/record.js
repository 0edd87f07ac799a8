/** Recording from the microphone, as a WAV file: browsers record in formats that the server does not read. */

export class Recorder {
  async start() {
    if (!navigator.mediaDevices) throw new Error("this browser records only on pages of this computer or over https");
    try {
      // as it is: what makes speech clearer spoils a sound
      const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
      this.stream = await navigator.mediaDevices.getUserMedia({ audio });
    } catch {
      throw new Error("there is no microphone, or the browser may not use it; allow it and try again");
    }
    this.parts = [];
    this.recorder = new MediaRecorder(this.stream);
    this.recorder.addEventListener("dataavailable", (event) => this.parts.push(event.data));
    this.recorder.start();
  }

  /** End the recording; gives a File. `context` decodes it. */
  async stop(context) {
    const stopped = new Promise((resolve) => this.recorder.addEventListener("stop", resolve, { once: true }));
    this.recorder.stop();
    await stopped;
    for (const track of this.stream.getTracks()) track.stop();
    const buffer = await context.decodeAudioData(await new Blob(this.parts).arrayBuffer());
    return new File([wav(buffer)], "recording.wav", { type: "audio/wav" });
  }
}

/** A 16-bit WAV file of an AudioBuffer. */
export function wav(buffer) {
  const { numberOfChannels: channels, length, sampleRate } = buffer;
  const view = new DataView(new ArrayBuffer(44 + 2 * channels * length));
  const text = (at, letters) => [...letters].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, view.byteLength - 8, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, 2 * channels * sampleRate, true);
  view.setUint16(32, 2 * channels, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, 2 * channels * length, true);
  for (let channel = 0; channel < channels; channel += 1) {
    buffer.getChannelData(channel).forEach((sample, i) => {
      view.setInt16(44 + 2 * (i * channels + channel), Math.round(Math.min(Math.max(sample, -1), 1) * 32767), true);
    });
  }
  return view.buffer;
}
