/** Whether the server answers: looked at every second or two, said at the head of the page, and what goes on when it is back. */

import { get, line } from "./api.js";
import { $ } from "./dom.js";

const LOOK_MS = 1500;
const DOWN_LOOK_MS = 700;
/** A server on this computer answers sooner, unless it hangs. */
const PATIENCE_MS = 5000;
/** How long it is said that all is well again. */
const SAID_MS = 8000;

export class Connection extends EventTarget {
  /** Tells `down`, `up` (the same server as before) and `anew` (another start of it). `goesOn()` says what is under way. */
  constructor(goesOn) {
    super();
    this.goesOn = goesOn;
    this.down = false;
    this.run = null;
    line.addEventListener("silent", () => this.look());
    document.addEventListener("visibilitychange", () => this.look());
    this.look();
  }

  /** Ask the server for a sign of life, then again later; a look that is asked for meanwhile is this one. */
  async look() {
    if (this.looking) return;
    this.looking = true;
    clearTimeout(this.timer);
    try {
      if (!document.hidden || this.run === null) await this.ask();
    } finally {
      this.looking = false;
      this.timer = setTimeout(() => this.look(), this.down ? DOWN_LOOK_MS : LOOK_MS);
    }
  }

  async ask() {
    let run;
    try {
      ({ run } = await get("/api/alive", AbortSignal.timeout(PATIENCE_MS)));
    } catch {
      if (!this.down) this.fell();
      return;
    }
    const before = this.run;
    this.run = run;
    if (before !== null && before !== run) this.tell("anew", "The server was started again. What it had before is gone: give the sound again.");
    else if (this.down) this.tell("up", `The server answers again. ${this.goesOn()}`);
  }

  fell() {
    this.down = true;
    clearTimeout(this.quiet);
    say("The server does not answer. What is on the page stays; nothing new can be searched, played or saved until it is back. The page keeps trying.");
    document.body.classList.add("down");
    this.dispatchEvent(new Event("down"));
  }

  tell(what, text) {
    this.down = false;
    document.body.classList.remove("down");
    say(text);
    this.quiet = setTimeout(() => say(""), SAID_MS);
    this.dispatchEvent(new Event(what));
  }
}

function say(text) {
  $("server").textContent = text;
}
