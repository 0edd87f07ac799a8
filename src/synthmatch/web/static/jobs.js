/** The user's searches: found again after a reload and by a link, watched, and listed. */

import { Gone, ended, get, watch } from "./api.js";
import { $, arrange, complain, make, say } from "./dom.js";
import { kept, keep, whenKept } from "./kept.js";
import { last } from "./progress.js";

const LOOK_MS = 2000;

const STATES = { queued: "waits", running: "runs", done: "done", cancelled: "cancelled", failed: "failed" };

export class Jobs {
  constructor(state, connection) {
    this.state = state;
    this.leave = () => {};
    state.addEventListener("jobs", () => this.list());
    whenKept("jobs", () => this.find());
    addEventListener("hashchange", () => this.follow());
    connection.addEventListener("up", () => this.look());
    connection.addEventListener("anew", () => this.forget());
    setInterval(() => this.look(), LOOK_MS);
  }

  /** Find the searches of before a reload; shows the one that the address names, or the newest. */
  async restore() {
    await this.find();
    if (await this.follow()) return;
    const newest = [...this.state.jobs.keys()].pop();
    if (newest) this.open(newest);
  }

  /** Know all searches of this browser; a server that is silent now may have them later. */
  async find() {
    const ids = kept("jobs").filter((id) => !this.state.jobs.has(id));
    const found = await Promise.allSettled(ids.map((id) => get(`/api/jobs/${encodeURIComponent(id)}`)));
    found.forEach(({ value, reason }, i) => {
      if (value?.kind === "search") this.state.jobs.set(value.id, value);
      else if (value || reason instanceof Gone) keep("jobs", [], [ids[i]]);
    });
    this.list();
  }

  /** Open the search that the address names; gives whether there is one. */
  async follow() {
    const id = named(location.hash);
    if (!id) return false;
    if (id === this.state.shown) return true;
    try {
      const job = this.state.jobs.get(id) ?? await get(`/api/jobs/${encodeURIComponent(id)}`);
      if (job.kind !== "search") return false;
      this.state.started(job);
      this.open(id);
      return true;
    } catch (error) {
      complain($("match-error"), `The search that the link names is not to be had: ${error.message}`);
      return false;
    }
  }

  /** The server was started again and has none of them. */
  forget() {
    this.leave();
    history.replaceState(null, "", location.pathname);
    this.state.forget();
  }

  open(id) {
    complain($("match-error"), "");
    this.leave();
    this.state.open(id);
    history.replaceState(null, "", `#job=${encodeURIComponent(id)}`);
    this.leave = watch(id, (job) => this.told(job), () => this.state.lost(id));
  }

  told(job) {
    const before = this.state.jobs.get(job.id);
    this.state.told(job);
    if (job.id === this.state.shown && before && !ended(before) && ended(job)) say(last(job));
  }

  /** The other searches are looked at now and then: a browser keeps only six connections to one server. */
  async look() {
    for (const job of [...this.state.jobs.values()]) {
      if (job.id === this.state.shown || ended(job)) continue;
      try {
        this.told(await get(`/api/jobs/${job.id}`));
      } catch (error) {
        if (error instanceof Gone) this.state.lost(job.id);
        else return; // the server is silent
      }
    }
  }

  list() {
    const jobs = [...this.state.jobs.values()];
    $("jobs").hidden = jobs.length < 2;
    const known = new Map([...$("jobs").children].map((button) => [button.dataset.job, button]));
    const buttons = jobs.map((job) => {
      const button = known.get(job.id) ?? make("button", { type: "button", class: "chip", "data-job": job.id, onclick: () => this.open(job.id) });
      const waits = job.before ? `${job.before} before it` : STATES[job.state];
      button.textContent = `${job.title}: ${waits}`;
      button.setAttribute("aria-pressed", job.id === this.state.shown);
      return button;
    });
    arrange($("jobs"), buttons);
  }

  /** What goes on, in a sentence. */
  goesOn() {
    const running = [...this.state.jobs.values()].filter((job) => !ended(job));
    if (!running.length) return "Everything is there.";
    return running.length === 1 ? `The search for ${running[0].title} goes on.` : `${running.length} searches go on.`;
  }
}

/** The search that an address names, or "". */
function named(hash) {
  try {
    return hash.startsWith("#job=") ? decodeURIComponent(hash.slice("#job=".length)) : "";
  } catch {
    return ""; // cut off within a letter
  }
}
