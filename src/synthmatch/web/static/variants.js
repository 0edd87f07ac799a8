/** Presets that were made from a search's candidates: edits, variations, morphs. Their ids stay in the browser. */

import { get } from "./api.js";

const KEPT = "synthmatch.variants";

export class Variants extends EventTarget {
  constructor() {
    super();
    this.ids = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
    this.candidates = new Map();
    this.asked = new Set();
  }

  /** Candidates of a job; those of before a reload arrive later, with `change`. */
  of(job) {
    if (!job) return [];
    if (!this.candidates.has(job)) this.restore(job);
    return this.candidates.get(job) ?? [];
  }

  add(job, candidates, replaces) {
    const kept = (this.candidates.get(job) ?? []).filter(({ id }) => id !== replaces);
    this.keep(job, [...kept, ...candidates]);
  }

  keep(job, candidates) {
    this.candidates.set(job, candidates);
    this.ids[job] = candidates.map(({ id }) => id);
    localStorage.setItem(KEPT, JSON.stringify(this.ids));
    this.dispatchEvent(new Event("change"));
  }

  async restore(job) {
    if (this.asked.has(job) || !this.ids[job]?.length) return;
    this.asked.add(job);
    const found = await Promise.allSettled(this.ids[job].map((id) => get(`/api/candidates/${id}`)));
    this.keep(job, found.filter(({ status }) => status === "fulfilled").map(({ value }) => value.candidate));
  }
}
