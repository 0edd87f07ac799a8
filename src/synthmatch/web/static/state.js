/**
 * What the page knows, in one place. Panels show it and change it by these methods only, so none can disagree with another:
 * the sound on the left is always that which "Find presets" searches, and choosing a search shows its own sound there.
 */

import { fresh, makeTarget, searched } from "./entry.js";
import { keep, kept, whenKept } from "./kept.js";

export class State extends EventTarget {
  /** Tells `sound` when the sounds change, `jobs` when a search or which is shown does, `stars` when a star does. */
  constructor() {
    super();
    this.sounds = []; // entries that wait for their search
    this.entry = null; // the one shown
    this.jobs = new Map();
    this.shown = null; // a search's id
    this.stars = new Set(kept("stars"));
    whenKept("stars", () => {
      this.stars = new Set(kept("stars"));
      this.tell("stars");
    });
  }

  tell(what) {
    this.dispatchEvent(new Event(what));
  }

  /** The search that is shown, or undefined. */
  get job() {
    return this.jobs.get(this.shown);
  }

  /** What "Find presets" searches: all sounds that wait, or that of the search shown. */
  get wanted() {
    const some = this.entry?.searched ? [this.entry] : this.sounds;
    return some.filter(({ target }) => target);
  }

  // sounds

  /** Take a sound; one that comes alone replaces one that waits alone. */
  take(sound, alone) {
    const entry = fresh(sound);
    if (alone && this.sounds.length <= 1) this.sounds = [];
    this.sounds.push(entry);
    if (alone || this.sounds.length === 1) this.choose(entry);
    return this.make(entry);
  }

  choose(entry) {
    this.entry = entry;
    // what was typed wrong left its field with the sound that was shown before
    if (entry && Object.keys(entry.problems).length) {
      entry.problems = {};
      this.make(entry);
    }
    this.tell("sound");
  }

  /** Take a waiting sound away. */
  drop(entry) {
    const place = this.sounds.indexOf(entry);
    this.sounds.splice(place, 1);
    if (this.entry === entry) this.entry = this.sounds[Math.min(place, this.sounds.length - 1)] ?? null;
    this.tell("sound");
  }

  /** Ask something else of the shown sound, which waits for a search then; with problems there is nothing to search. */
  ask(change) {
    let { entry } = this;
    if (entry.searched) {
      entry = { ...entry, searched: false };
      this.sounds = [...(this.sounds.length > 1 ? this.sounds : []), entry];
      this.entry = entry;
    }
    Object.assign(entry, change, { target: null, asked: entry.asked + 1 });
    this.tell("sound");
    return entry;
  }

  /** Make a target of an entry that has no problem. */
  make(entry) {
    if (Object.keys(entry.problems).length) return undefined;
    return makeTarget(entry, () => this.tell("sound"));
  }

  // searches

  /** A search was asked for, of an entry if one is given. */
  started(job, entry) {
    if (entry) {
      entry.searched = true;
      this.sounds = this.sounds.filter((other) => other !== entry);
    }
    this.jobs.set(job.id, job);
    keep("jobs", [job.id]);
  }

  /** Show a search with its sound. */
  open(id) {
    this.shown = id;
    const { target } = this.job;
    if (target?.id !== this.entry?.target?.id) this.choose(target ? searched(target) : null);
    else this.tell("sound");
    this.tell("jobs");
  }

  /** A search's newer state. */
  told(job) {
    this.jobs.set(job.id, job);
    this.tell("jobs");
  }

  /** The server has a search no longer. */
  lost(id) {
    this.jobs.delete(id);
    keep("jobs", [], [id]);
    if (this.shown === id) this.shown = null;
    this.tell("jobs");
  }

  /** The server was started again and has nothing of all this. */
  forget() {
    keep("jobs", [], [...this.jobs.keys()]);
    Object.assign(this, { sounds: [], entry: null, shown: null });
    this.jobs.clear();
    this.tell("sound");
    this.tell("jobs");
  }

  // stars: a candidate with one stays with its search, whatever better ones are found

  starred(job, candidate) {
    return this.stars.has(`${job} ${candidate}`);
  }

  star(job, candidate, on) {
    const name = `${job} ${candidate}`;
    if (on) this.stars.add(name);
    else this.stars.delete(name);
    keep("stars", on ? [name] : [], on ? [] : [name]);
    this.tell("stars");
  }

  /** Ids of a search's candidates that have a star. */
  starsOf(job) {
    return [...this.stars].filter((name) => name.startsWith(`${job} `)).map((name) => name.slice(job.length + 1));
  }
}
