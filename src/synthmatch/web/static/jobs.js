/** The user's searches: which is shown, how far it is. Their ids stay in the browser, so that a reload finds them. */

import { ended, get, post, watch } from "./api.js";
import { $, arrange, duration, make, say } from "./dom.js";
import { closeness } from "./scores.js";

const KEPT = "synthmatch.jobs";
const MOST_KEPT = 12;
const LOOK_MS = 2000;

const STATES = { queued: "waits", running: "runs", done: "done", cancelled: "cancelled", failed: "failed" };

export class Jobs extends EventTarget {
  /** Tells `show` with the state of the job that is shown in `detail`. */
  constructor() {
    super();
    this.states = new Map();
    this.shown = null;
    this.leave = () => {};
    setInterval(() => this.look(), LOOK_MS);
  }

  /** Find the jobs of before a reload; shows the one that was shown, or the newest. */
  async restore() {
    const ids = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    const found = await Promise.allSettled(ids.map((id) => get(`/api/jobs/${id}`)));
    for (const { status, value } of found) if (status === "fulfilled") this.states.set(value.id, value);
    this.keep();
    const wanted = decodeURIComponent(location.hash.replace("#job=", ""));
    const first = this.states.has(wanted) ? wanted : [...this.states.keys()].pop();
    if (first) this.open(first);
  }

  add(job) {
    this.states.set(job.id, job);
    this.keep();
    this.open(job.id);
  }

  keep() {
    const ids = [...this.states.keys()].slice(-MOST_KEPT);
    localStorage.setItem(KEPT, JSON.stringify(ids));
  }

  open(id) {
    this.leave();
    this.shown = id;
    history.replaceState(null, "", `#job=${encodeURIComponent(id)}`);
    this.leave = watch(id, (job) => this.told(job), () => this.lost(id));
    this.told(this.states.get(id));
  }

  told(job) {
    const before = this.states.get(job.id);
    this.states.set(job.id, job);
    if (job.id === this.shown) {
      this.progress(job);
      this.dispatchEvent(new CustomEvent("show", { detail: job }));
      if (before && !ended(before) && ended(job)) say(last(job));
    }
    this.list();
  }

  lost(id) {
    this.states.delete(id);
    this.keep();
    this.list();
  }

  /** The other jobs are looked at now and then: a browser keeps only six connections to one server. */
  async look() {
    for (const job of [...this.states.values()]) {
      if (job.id === this.shown || ended(job)) continue;
      try {
        this.told(await get(`/api/jobs/${job.id}`));
      } catch {
        this.lost(job.id);
      }
    }
  }

  list() {
    const jobs = [...this.states.values()];
    $("jobs").hidden = jobs.length < 2;
    const known = new Map([...$("jobs").children].map((button) => [button.dataset.job, button]));
    const buttons = jobs.map((job) => {
      const button = known.get(job.id) ?? make("button", { type: "button", class: "chip", "data-job": job.id, onclick: () => this.open(job.id) });
      const waits = job.before ? `${job.before} before it` : STATES[job.state];
      button.textContent = `${job.title}: ${waits}`;
      button.setAttribute("aria-pressed", job.id === this.shown);
      return button;
    });
    arrange($("jobs"), buttons);
  }

  progress(job) {
    const place = $("progress");
    place.hidden = job.state === "done" && job.parts.every((part) => !part.remark);
    place.className = job.state;
    if (place.dataset.job !== job.id) {
      place.dataset.job = job.id;
      const cancel = make("button", { type: "button", id: "cancel" }, "Cancel");
      cancel.addEventListener("click", () => {
        cancel.disabled = true;
        post(`/api/jobs/${job.id}/cancel`).then((state) => this.told(state), () => {});
      });
      place.replaceChildren(make("div", { class: "row between" }, make("p", { class: "headline" }), cancel), make("ul"));
    }
    place.querySelector(".headline").textContent = headline(job);
    $("cancel").hidden = ended(job);
    const list = place.querySelector("ul");
    while (list.children.length < job.parts.length) list.append(line());
    job.parts.forEach((part, i) => update(list.children[i], part, job.candidates));
  }
}

function line() {
  return make("li", {}, make("span", { class: "name" }), make("progress", { max: 1 }), make("span", { class: "figures" }));
}

function update(item, part, candidates) {
  const seconds = part.seconds_left ?? 0;
  item.querySelector(".name").textContent = part.name;
  const bar = item.querySelector("progress");
  bar.setAttribute("aria-label", `Search with ${part.name}`);
  // a search ends by time or by renders, whichever is nearer; its share is that of the time where time is bound
  item.first ??= seconds;
  item.first = Math.max(item.first, seconds);
  bar.value = part.state === "running" ? (item.first ? 1 - seconds / item.first : part.done / part.total) : part.state === "queued" ? 0 : 1;
  // they are ranked, and a part is named after its synthesizer
  const nearest = candidates.find(({ title }) => title === part.name);
  const best = nearest ? `, best so far ${closeness(nearest)}` : "";
  const quiet = { queued: "waits", running: "loads" }[part.state];
  item.querySelector(".figures").textContent = part.remark || (part.done || !quiet ? `${part.done} renders${best}` : quiet);
  item.className = part.state;
}

function headline(job) {
  if (job.state === "queued") return job.before ? `Waits for ${job.before} other ${job.before === 1 ? "job" : "jobs"}` : "Starts";
  if (job.state === "running") return job.seconds_left === null ? "Searches" : `Searches, about ${duration(job.seconds_left)} left`;
  if (job.state === "cancelled") return job.candidates.length ? "Cancelled: the best so far is kept" : "Cancelled";
  return job.state === "failed" ? job.message : "Done";
}

function last(job) {
  const best = job.candidates[0];
  if (!best) return headline(job);
  const found = `${headline(job)}: ${job.candidates.length} candidates, the nearest is ${best.name} on ${best.title}, ${closeness(best)}`;
  return [found, ...Object.values(job.out_of_reach)].join("; ");
}
