/** How sounds come in: chosen, dropped, recorded or an example. Several are sent one after the other. */

import { post, send } from "./api.js";
import { $, busy, complain, make, say } from "./dom.js";
import { Recorder } from "./record.js";

export class Intake {
  constructor(state, player, about) {
    Object.assign(this, { state, player, about, waiting: Promise.resolve() });
    $("limit").textContent = Math.round(about.upload_bytes / 1e6);
    for (const name of about.examples) {
      const button = make("button", { type: "button", class: "chip" }, name);
      button.addEventListener("click", () => busy(button, $("sound-error"), async () => state.take(await post(`/api/examples/${name}`), true)));
      document.querySelector(".examples").append(button);
    }
    $("choose").addEventListener("click", () => $("file").click());
    $("file").addEventListener("change", () => {
      this.upload([...$("file").files]);
      $("file").value = ""; // the same file may be chosen again
    });
    $("record").addEventListener("click", () => this.record());
  }

  /** Whether a file looks like a sound by its name or type. */
  knows(file) {
    return file.type.startsWith("audio/") || /\.(wav|flac|ogg|mp3|aif|aiff|aifc)$/i.test(file.name);
  }

  /** Send files after those that are still being sent; those that are refused are named. */
  upload(files) {
    complain($("sound-error"), "");
    const sent = this.waiting.then(() => this.sendAll(files));
    this.waiting = sent;
    return sent;
  }

  async sendAll(files) {
    const refused = [];
    for (const file of files) {
      try {
        await this.state.take(await this.sendOne(file), files.length === 1);
      } catch (error) {
        refused.push(error.message);
      }
    }
    $("uploading").hidden = true;
    if (refused.length) complain($("sound-error"), refused.join("; "));
    if (files.length > 1) say(`${files.length - refused.length} of ${files.length} sounds were taken`);
  }

  async sendOne(file) {
    if (file.size > this.about.upload_bytes) throw new Error(`${file.name} is larger than ${$("limit").textContent} MB; cut out the note to match`);
    $("uploading").hidden = false;
    $("uploading").value = 0;
    return send("/api/sounds", "file", [[file, file.name]], (share) => ($("uploading").value = share));
  }

  async record() {
    if (!this.recorder) {
      const recorder = new Recorder();
      await busy($("record"), $("sound-error"), async () => {
        await recorder.start();
        this.recorder = recorder;
        $("record").textContent = "Stop and use";
        $("record").classList.add("recording");
        say("recording");
      });
      return;
    }
    const recorder = this.recorder;
    this.recorder = null;
    $("record").textContent = "Record";
    $("record").classList.remove("recording");
    await busy($("record"), $("sound-error"), async () => this.upload([await recorder.stop(this.player.ready())]));
  }
}
