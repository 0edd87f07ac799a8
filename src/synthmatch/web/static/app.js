/** The page: puts its parts together. */

import { get } from "./api.js";
import { Connection } from "./connection.js";
import { DetailView } from "./detail.js";
import { $, complain } from "./dom.js";
import { AllEdits } from "./edits.js";
import { Intake } from "./intake.js";
import { Jobs } from "./jobs.js";
import { keys } from "./keys.js";
import { OwnPresets, dropped } from "./presets.js";
import { Player } from "./player.js";
import { Progress } from "./progress.js";
import { Results } from "./results.js";
import { SearchStep } from "./search.js";
import { SoundPanel } from "./sound.js";
import { State } from "./state.js";
import { Transport } from "./transport.js";
import { Variants } from "./variants.js";

class Page {
  constructor(about) {
    this.state = new State();
    this.player = new Player();
    this.edits = new AllEdits();
    this.variants = new Variants();
    this.connection = new Connection(() => this.jobs.goesOn());
    this.sound = new SoundPanel(this.state, this.player);
    this.intake = new Intake(this.state, this.player, about);
    this.own = new OwnPresets(about);
    this.search = new SearchStep(this.state, about, this.own);
    this.transport = new Transport(this.player);
    const actions = {
      play: (card) => this.press(card),
      open: (card) => this.open(card),
      undo: (card) => this.step(card, "undo"),
      redo: (card) => this.step(card, "redo"),
    };
    this.results = new Results(this.state, this.player, this.variants, new Progress(this.state), actions);
    this.detail = new DetailView(this.edits, this.search, () => this.results.cards());
    this.jobs = new Jobs(this.state, this.connection);
    this.connect();
    this.drops();
    this.jobs.restore();
  }

  connect() {
    this.search.addEventListener("started", ({ detail: job }) => {
      this.jobs.open(job.id);
      // on a phone they are below, and beside a long form they may be above
      const { top } = $("matches").getBoundingClientRect();
      if (top < 0 || top > innerHeight / 2) $("matches").scrollIntoView();
    });
    let shown = null;
    this.state.addEventListener("jobs", () => {
      const { job } = this.state;
      if (job?.id !== shown) {
        this.player.stop();
        this.detail.close();
      }
      shown = job?.id;
      if (job) this.detail.judge(job.candidates);
    });
    this.player.addEventListener("problem", (event) => complain($("match-error"), event.detail));
    this.detail.addEventListener("made", ({ detail }) => this.variants.add(detail.job, detail.candidates));
    this.edits.addEventListener("change", ({ detail: { edits } }) => this.edited(edits));
    this.edits.addEventListener("rendered", ({ detail: { edits } }) => this.state.shown === edits.job && this.play(this.results.variant(edits.candidate)));
    this.edits.addEventListener("problem", ({ detail: { edits, error } }) => this.detail.shows(edits) || complain($("match-error"), error));
    // those of before a reload
    this.variants.addEventListener("change", () => {
      const job = this.state.shown;
      const edited = this.variants.of(job).filter(({ made, parent }) => made === "edit" && !this.edits.known.has(parent));
      for (const candidate of edited) this.edits.of(job, candidate).then((edits) => this.edited(edits), () => {});
    });
    this.connection.addEventListener("up", () => this.edits.again());
    this.connection.addEventListener("anew", () => this.own.restore());
    keys(this.player, (rank) => {
      const card = this.results.ranked(rank);
      if (card) this.play(card);
    });
  }

  /** Show the card of what was edited, and what was changed. */
  async edited(edits) {
    this.variants.edited(edits.job, edits.candidate);
    const labels = await this.detail.labels(edits.base.candidate.synth);
    this.results.variant(edits.candidate).tell(labels.changes(edits), edits);
  }

  async step(card, what) {
    try {
      const edits = await this.edits.of(this.state.shown, card.candidate);
      await edits[what]();
    } catch (error) {
      complain($("match-error"), error);
    }
  }

  async open(card) {
    complain($("match-error"), "");
    try {
      await this.detail.open(this.state.shown, card);
    } catch (error) {
      complain($("match-error"), error);
    }
  }

  /** A card's button: play it, or stop where it is what sounds. */
  press(card) {
    if (this.player.active && this.player.pair.key === card.key) this.player.stop();
    else this.play(card);
  }

  play(card) {
    const { candidate } = card;
    complain($("match-error"), "");
    this.results.keep(card);
    this.player.side = "candidate";
    const pair = { key: card.key, candidate: { url: card.url, loudness_db: candidate.loudness_db, title: `${candidate.name}, ${candidate.title}` } };
    const { target } = this.state.job;
    if (target) pair.target = { url: `/api/targets/${target.id}/audio`, loudness_db: target.loudness_db, title: "Target" };
    this.player.play(pair);
  }

  drops() {
    let inside = 0;
    const over = (by) => {
      inside = Math.max(inside + by, 0);
      document.body.classList.toggle("dropping", inside > 0);
    };
    addEventListener("dragenter", () => over(1));
    addEventListener("dragleave", () => over(-1));
    addEventListener("dragover", (event) => event.preventDefault());
    addEventListener("drop", async (event) => {
      event.preventDefault();
      inside = 0;
      over(0);
      const onOwn = $("own").contains(event.target);
      const files = await dropped(event.dataTransfer);
      // wherever it is dropped: presets are told by their names, and a folder of them may hold other files too
      const presets = files.filter((file) => this.own.knows(file.name));
      const sounds = onOwn ? [] : files.filter((file) => this.intake.knows(file));
      if (presets.length || onOwn) this.own.add(files);
      if (sounds.length || !presets.length && !onOwn) this.intake.upload(sounds.length ? sounds : files);
    });
  }
}

get("/api/about").then((about) => new Page(about), (error) => complain($("sound-error"), error));
