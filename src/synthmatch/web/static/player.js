/**
 * The player: a pair {target, candidate} of sounds {url, loudness_db, title}, of which one plays aloud. A sound that has
 * nothing to be compared with is a candidate without a target. A pair's `key` is that of the card that it belongs to.
 *
 * Both are started by one clock at the same moment and run on together; a gain decides which is audible, so a change
 * between them keeps the playhead. A gain never jumps: it moves in 20 ms, which no ear takes for a click. The louder one
 * is turned down to the loudness of the other, never up, so that nothing clips.
 */

const FADE_SECONDS = 0.02;
/** Between the order to start and the start, so that both sources are ready. */
const AHEAD_SECONDS = 0.02;

export class Player extends EventTarget {
  /** `context` is made at the first sound, since browsers want a gesture before it. */
  constructor(context = null) {
    super();
    this.context = context;
    this.side = "candidate";
    this.loop = true;
    this.pair = null;
    this.playing = null;
    this.loading = false;
    this.order = 0;
    this.buffers = new Map();
  }

  /** Decoded audio of an address, kept for some time. */
  buffer(url) {
    if (!this.buffers.has(url)) {
      const made = fetch(url).then((response) => {
        if (!response.ok) throw new Error("this sound has expired; search again");
        return response.arrayBuffer();
      }).then((bytes) => this.ready().decodeAudioData(bytes));
      made.catch(() => this.buffers.delete(url));
      this.buffers.set(url, made);
      if (this.buffers.size > 48) this.buffers.delete(this.buffers.keys().next().value);
    }
    return this.buffers.get(url);
  }

  ready() {
    // the rate of every sound here: none is resampled
    this.context ??= new AudioContext({ sampleRate: 44100, latencyHint: "interactive" });
    return this.context;
  }

  /** Play the pair from its beginning. What goes wrong is told by an event ``problem``. */
  async play(pair = this.pair) {
    const order = this.order + 1;
    try {
      await this.begin(pair);
    } catch (error) {
      if (order === this.order) this.stop();
      this.dispatchEvent(new CustomEvent("problem", { detail: error }));
    }
  }

  async begin(pair) {
    const order = ++this.order;
    this.halt();
    this.pair = pair;
    this.loading = true;
    if (!pair[this.side]) this.side = "candidate";
    this.dispatchEvent(new Event("change"));
    const context = this.ready();
    if (context instanceof AudioContext) await context.resume();
    const buffers = Object.fromEntries(
      await Promise.all(this.sides(pair).map(async (side) => [side, await this.buffer(pair[side].url)])),
    );
    if (order !== this.order) return; // another sound was asked for meanwhile
    this.start(buffers);
  }

  /** The sides that a pair has. */
  sides(pair) {
    return ["target", "candidate"].filter((side) => pair[side]);
  }

  start(buffers) {
    const at = this.context.currentTime + AHEAD_SECONDS;
    const length = Math.min(...Object.values(buffers).map((buffer) => buffer.duration));
    const quietest = Math.min(...this.sides(this.pair).map((side) => this.pair[side].loudness_db));
    const tracks = {};
    for (const [side, buffer] of Object.entries(buffers)) {
      const source = new AudioBufferSourceNode(this.context, { buffer, loop: this.loop, loopEnd: length });
      const level = 10 ** ((quietest - this.pair[side].loudness_db) / 20);
      const gain = new GainNode(this.context, { gain: side === this.side ? level : 0 });
      source.connect(gain).connect(this.context.destination);
      source.start(at);
      tracks[side] = { source, gain, level };
    }
    const playing = { tracks, at, length, buffers };
    this.playing = playing;
    this.loading = false;
    tracks[this.side].source.addEventListener("ended", () => {
      if (this.playing === playing) this.stop();
    });
    this.dispatchEvent(new Event("change"));
  }

  /** Hear the other of the two at the same playhead; where nothing plays, start it. */
  change(side = this.side === "target" ? "candidate" : "target") {
    if (!this.pair?.[side]) return;
    this.side = side;
    if (!this.playing) {
      this.play();
      return;
    }
    const now = this.context.currentTime;
    for (const [name, { gain, level }] of Object.entries(this.playing.tracks)) {
      gain.gain.cancelScheduledValues(now);
      gain.gain.setValueAtTime(gain.gain.value, now);
      gain.gain.linearRampToValueAtTime(name === side ? level : 0, now + FADE_SECONDS);
    }
    this.dispatchEvent(new Event("change"));
  }

  /** Whether something sounds or is about to. */
  get active() {
    return this.loading || Boolean(this.playing);
  }

  toggle() {
    if (this.active) this.stop();
    else if (this.pair) this.play();
  }

  stop() {
    this.order += 1;
    this.loading = false;
    this.halt();
    this.dispatchEvent(new Event("change"));
  }

  halt() {
    if (!this.playing) return;
    const now = this.context.currentTime;
    for (const { source, gain } of Object.values(this.playing.tracks)) {
      gain.gain.cancelScheduledValues(now);
      gain.gain.setValueAtTime(gain.gain.value, now);
      gain.gain.linearRampToValueAtTime(0, now + FADE_SECONDS);
      source.stop(now + FADE_SECONDS);
    }
    this.playing = null;
  }

  setLoop(loop) {
    this.loop = loop;
    for (const { source } of Object.values(this.playing?.tracks ?? {})) source.loop = loop;
  }

  /** Playhead in seconds, or null. */
  get position() {
    if (!this.playing) return null;
    const gone = Math.max(this.context.currentTime - this.playing.at, 0);
    return this.loop ? gone % this.playing.length : Math.min(gone, this.playing.length);
  }
}
