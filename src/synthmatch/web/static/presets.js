/** Presets of the user's own: files or a folder come in, are indexed with progress, and join the search. */

import { Gone, finished, get, post, remove, send } from "./api.js";
import { $, complain, duration, make, say } from "./dom.js";
import { keep, kept, whenKept } from "./kept.js";

const KEPT = "libraries";
/** As many files as the server takes in one form. */
const MOST_FILES = 1000;

export class OwnPresets {
  constructor(about) {
    this.limit = about.upload_bytes;
    this.suffixes = about.synths.flatMap((synth) => synth.reads);
    this.libraries = [];
    $("choose-presets").addEventListener("click", () => $("preset-files").click());
    $("choose-folder").addEventListener("click", () => $("preset-folder").click());
    for (const id of ["preset-files", "preset-folder"]) {
      $(id).addEventListener("change", () => {
        this.add([...$(id).files]);
        $(id).value = "";
      });
    }
    whenKept(KEPT, () => this.restore());
    this.restore();
  }

  /** Whether a file looks like a preset by its name. */
  knows(name) {
    return this.suffixes.some((suffix) => name.toLowerCase().endsWith(suffix.toLowerCase()));
  }

  /** Index files. */
  async add(files) {
    const error = $("own-error");
    complain(error, "");
    const presets = files.filter((file) => this.knows(file.name));
    if (!presets.length) {
      complain(error, `no preset file is among them, expected ${[...new Set(this.suffixes)].join(", ")}`);
      return;
    }
    if (presets.length > MOST_FILES || presets.reduce((sum, file) => sum + file.size, 0) > this.limit) {
      complain(error, `that is more than ${MOST_FILES} files or ${Math.round(this.limit / 1e6)} MB; choose a part of them`);
      return;
    }
    const line = make("li", {}, "sending");
    $("libraries").append(line);
    try {
      const job = await send("/api/libraries", "files", presets.map((file) => [file, file.name]), () => {});
      const cancel = make("button", { type: "button", class: "small", onclick: () => post(`/api/jobs/${job.id}/cancel`) }, "Cancel");
      const bar = make("progress", { max: 1, value: 0, "aria-label": `Indexing ${job.title}` });
      const text = make("span", { class: "hint" });
      line.replaceChildren(make("span", {}, job.title), bar, text, cancel);
      const last = await finished(job.id, (state) => this.progress(state, bar, text));
      if (last.state === "failed") throw new Error(last.message);
      this.libraries.push(...last.libraries);
      keep(KEPT, last.libraries.map(({ id }) => id));
      const passed = last.unreadable.length ? `${last.unreadable.length} files could not be read: ${last.unreadable[0]}` : "";
      const remarked = last.remarks.length ? `${last.remarks.length} files were read with a remark: ${last.remarks[0]}` : "";
      complain(error, [passed, remarked].filter(Boolean).join("; "));
      say(last.state === "done" ? `${job.title} is indexed` : "indexing was cancelled");
    } catch (problem) {
      complain(error, problem);
    }
    line.remove();
    this.show();
  }

  progress(job, bar, text) {
    const done = job.parts.reduce((sum, part) => sum + part.done, 0);
    const total = job.parts.reduce((sum, part) => sum + part.total, 0);
    bar.value = total ? done / total : 0;
    text.textContent = job.state === "queued" ? "waits" : job.seconds_left ? `${duration(job.seconds_left)} left` : "";
  }

  show() {
    for (const line of $("libraries").querySelectorAll(".library")) line.remove();
    for (const library of this.libraries) {
      const label = `${library.name}: ${library.presets} for ${library.title}`;
      const gone = make("button", { type: "button", class: "small", "aria-label": `Forget ${label}` }, "Forget");
      gone.addEventListener("click", () => {
        this.libraries = this.libraries.filter(({ id }) => id !== library.id);
        keep(KEPT, [], [library.id]);
        remove(`/api/libraries/${library.id}`).catch(() => {}); // it may have expired, which is as well
        this.show();
        $("choose-presets").focus();
      });
      $("libraries").append(make("li", { class: "library" }, make("span", {}, label), gone));
    }
  }

  async restore() {
    const ids = kept(KEPT);
    const found = await Promise.allSettled(ids.map((id) => get(`/api/libraries/${encodeURIComponent(id)}`)));
    found.forEach(({ reason }, i) => reason instanceof Gone && keep(KEPT, [], [ids[i]]));
    this.libraries = found.filter(({ status }) => status === "fulfilled").map(({ value }) => value);
    this.show();
  }
}

/** All files of a drop, those in folders included. */
export async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files];
  const files = [];
  const walk = async (entry) => {
    if (entry.isFile) {
      files.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      // a reader gives a part of a folder at a time
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!some.length) return;
      for (const inner of some) await walk(inner);
    }
  };
  for (const entry of entries) await walk(entry);
  return files;
}
