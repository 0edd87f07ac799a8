/** The page: puts its parts together. */

import { get } from "./api.js";
import { Card } from "./cards.js";
import { DetailView } from "./detail.js";
import { $, arrange, complain, make } from "./dom.js";
import { Jobs } from "./jobs.js";
import { keys } from "./keys.js";
import { OwnPresets, dropped } from "./presets.js";
import { Player } from "./player.js";
import { SearchStep } from "./search.js";
import { SoundStep } from "./sound.js";
import { Transport } from "./transport.js";
import { Variants } from "./variants.js";

class Page {
  constructor(about) {
    this.player = new Player();
    this.sound = new SoundStep(this.player, about);
    this.own = new OwnPresets(about);
    this.search = new SearchStep(about, this.sound, this.own);
    this.jobs = new Jobs();
    this.variants = new Variants();
    this.transport = new Transport(this.player);
    this.detail = new DetailView(this.player, this.search, () => this.cards().map((card) => card.candidate));
    this.made = new Map(); // cards by candidate
    this.job = null;
    this.search.addEventListener("started", (event) => {
      this.jobs.add(event.detail);
      // on a phone they are below, and beside a long form they may be above
      const { top } = $("matches").getBoundingClientRect();
      if (top < 0 || top > innerHeight / 2) $("matches").scrollIntoView();
    });
    this.jobs.addEventListener("show", (event) => this.show(event.detail));
    this.variants.addEventListener("change", () => this.show(this.job));
    this.player.addEventListener("change", () => this.mark());
    this.player.addEventListener("problem", (event) => complain($("match-error"), event.detail));
    this.detail.addEventListener("play", (event) => this.play(this.card(event.detail)));
    this.detail.addEventListener("made", (event) => this.variants.add(this.job.id, event.detail.candidates, event.detail.replaces));
    addEventListener("resize", () => this.cards().forEach((card) => card.draw()));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.cards().forEach((card) => card.draw()));
    keys(this.player, (rank) => {
      const card = this.card(this.job?.candidates[rank - 1]);
      if (card) this.play(card);
    });
    this.drops();
    this.jobs.restore();
  }

  /** The card of a candidate, made once. */
  card(candidate) {
    if (!candidate) return null;
    if (!this.made.has(candidate.id)) {
      const actions = { play: (card) => this.press(card), open: (card) => this.open(card) };
      this.made.set(candidate.id, new Card(candidate, this.player, actions));
    }
    return this.made.get(candidate.id);
  }

  /** Cards on the page. */
  cards() {
    return [...(this.job?.candidates ?? []), ...this.variants.of(this.job?.id)].map((candidate) => this.card(candidate));
  }

  show(job) {
    if (!job) return;
    if (this.job && this.job.id !== job.id) {
      this.player.stop();
      this.detail.close();
    }
    if (job.target) this.sound.restore(job.target);
    this.job = job;
    const variants = this.variants.of(job.id);
    arrange($("cards"), job.candidates.map((candidate, i) => {
      const card = this.card(candidate);
      card.number(i + 1, job.candidates.length);
      card.judge(candidate, candidate.synth in job.out_of_reach);
      return card.element;
    }));
    $("reach").replaceChildren(...Object.values(job.out_of_reach).map((line) => make("li", {}, line)));
    $("reach").hidden = $("reach").children.length === 0;
    arrange($("variant-cards"), variants.map((candidate) => this.card(candidate).element));
    $("variants").hidden = variants.length === 0;
    $("empty").hidden = true;
    this.links([...job.candidates, ...variants]);
    this.detail.judge(job.candidates);
    this.mark();
  }

  links(candidates) {
    $("take").hidden = $("legend").hidden = candidates.length === 0;
    $("zip").href = `/api/download?ids=${candidates.map(({ id }) => id).join(",")}`;
    const synths = new Map(candidates.map(({ synth, title }) => [synth, title]));
    arrange($("banks"), [...synths].map(([synth, title]) => {
      const known = [...$("banks").children].find((link) => link.dataset.synth === synth);
      const link = known ?? make("a", { class: "button small", download: "", "data-synth": synth }, `Bank for ${title}`);
      link.href = `/api/download?kind=bank&ids=${candidates.filter((c) => c.synth === synth).map(({ id }) => id).join(",")}`;
      return link;
    }));
  }

  async open(card) {
    complain($("match-error"), "");
    try {
      await this.detail.open(card.candidate);
    } catch (error) {
      complain($("match-error"), error);
    }
  }

  /** A card's button: play it, or stop where it is what sounds. */
  press(card) {
    if (this.player.playing && this.player.pair.candidate.url === card.url) this.player.stop();
    else this.play(card);
  }

  play(card) {
    const { candidate } = card;
    complain($("match-error"), "");
    this.player.side = "candidate";
    const pair = { candidate: { url: card.url, loudness_db: candidate.loudness_db, title: `${candidate.name}, ${candidate.title}` } };
    const { target } = this.job;
    if (target) pair.target = { url: `/api/targets/${target.id}/audio`, loudness_db: target.loudness_db, title: "Target" };
    this.player.play(pair);
  }

  mark() {
    const { pair, playing } = this.player;
    for (const card of this.cards()) {
      const current = pair?.candidate?.url === card.url;
      card.mark(current, current && Boolean(playing));
    }
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
      const files = await dropped(event.dataTransfer);
      if (!files.length) return;
      // wherever it is dropped: presets are told by their names
      if ($("own").contains(event.target) || files.some((file) => this.own.knows(file.name))) this.own.add(files);
      else this.sound.upload(files[0]);
    });
  }
}

get("/api/about").then((about) => new Page(about), (error) => complain($("sound-error"), error));
