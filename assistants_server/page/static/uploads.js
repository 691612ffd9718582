/** Uploads: they go on while the visitor looks at other views. */

import { ApiError, BASE, errorOf } from "./api.js";
import { announce, el, fill, freshId } from "./dom.js";
import { size } from "./format.js";
import { askForKey, keyHeaders } from "./key.js";
import { problem, wordsFor } from "./notices.js";

/** What files may be for, as the API names it, and in words. */
const PURPOSES = {
  assistants: "search, code",
  vision: "pictures",
  user_data: "anything",
  batch: "batches",
  "fine-tune": "training",
  evals: "evaluation",
};

/** @type {Set<Upload>} */
const running = new Set();

window.addEventListener("beforeunload", (event) => {
  if (running.size) event.preventDefault();
});

/** A file on its way; it is an event target that says `change`. */
class Upload extends EventTarget {
  /**
   * @param {File} file
   * @param {string} purpose
   * @param {(object: any) => Promise<void> | void} then what is done with the file's object
   */
  constructor(file, purpose, then) {
    super();
    this.file = file;
    this.purpose = purpose;
    this.then = then;
    this.stopping = new AbortController();
    this.sent = 0;
    /** @type {unknown} */
    this.error = null;
    this.state = "going";
    void this.start();
  }

  async start() {
    this.stopping = new AbortController();
    this.sent = 0;
    this.error = null;
    this.become("going");
    running.add(this);
    try {
      const object = await send(this.file, this.purpose, this.stopping.signal, (sent) => {
        this.sent = sent;
        this.become("going");
      });
      await this.then(object);
      this.become("done");
    } catch (error) {
      this.error = error;
      this.become(this.stopping.signal.aborted ? "stopped" : "failed");
    } finally {
      running.delete(this);
    }
  }

  /** @param {string} state */
  become(state) {
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * Send a file; it is sent once, and once more with another key.
 *
 * @param {File} file
 * @param {string} purpose
 * @param {AbortSignal} signal
 * @param {(sent: number) => void} progress told how many bytes were sent
 * @returns {Promise<any>} the file's object
 */
async function send(file, purpose, signal, progress) {
  const form = new FormData();
  form.append("purpose", purpose);
  form.append("file", file);
  for (;;) {
    const headers = keyHeaders();
    const response = await posted(form, headers, signal, progress);
    if (response.ok) return response.json();
    if (response.status !== 401 || !(await askForKey(headers.authorization ?? ""))) {
      throw await errorOf(response);
    }
  }
}

/**
 * @param {FormData} form
 * @param {Record<string, string>} headers
 * @param {AbortSignal} signal
 * @param {(sent: number) => void} progress
 * @returns {Promise<Response>}
 */
function posted(form, headers, signal, progress) {
  // fetch() says nothing of how far it is.
  const request = new XMLHttpRequest();
  const stop = () => request.abort();
  return new Promise((resolve, reject) => {
    request.upload.onprogress = (event) => progress(event.loaded);
    request.onload = () => resolve(new Response(request.response, { status: request.status }));
    request.onerror = () =>
      reject(
        new ApiError(
          "The server broke off: it may have gone away, or the file may be larger than " +
            "it takes.",
        ),
      );
    request.onabort = () => reject(signal.reason);
    request.open("POST", `${BASE}/files`);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    signal.addEventListener("abort", stop, { once: true });
    request.send(form);
  }).finally(() => signal.removeEventListener("abort", stop));
}

/**
 * @typedef {object} UploadOptions
 * @property {string} label of the field
 * @property {(object: any) => Promise<void> | void} then what is done with a file's object
 * @property {string} [purpose] of all files; without it the visitor chooses one
 */

/**
 * Return a place to choose files or to drop them, with the uploads that go on.
 *
 * @param {UploadOptions} options
 * @returns {HTMLElement}
 */
export function uploader({ label, then, purpose }) {
  const id = freshId("upload");
  const list = el("ul", { class: "uploads", "aria-label": "Uploads" });
  const choice = el(
    "select",
    { id: `${id}-purpose` },
    ...Object.entries(PURPOSES).map(([value, words]) =>
      el("option", { value }, `${value}: ${words}`),
    ),
  );
  const field = el("input", { id, type: "file", multiple: true, onchange: chosen });
  const zone = el(
    "div",
    { class: "drop", ondragover: over, ondragleave: left, ondrop: dropped },
    el("div", { class: "field" }, el("label", { for: id }, label), field),
    !purpose &&
      el(
        "div",
        { class: "field" },
        el("label", { for: `${id}-purpose` }, "What for"),
        choice,
      ),
    el("p", { class: "hint" }, "Or drop them here."),
  );
  for (const each of running) list.append(item(each));
  return el("div", { class: "stack" }, zone, list);

  function chosen() {
    for (const file of field.files) add(file);
    field.value = "";
  }

  /** @param {DragEvent} event */
  function over(event) {
    event.preventDefault();
    zone.classList.add("over");
  }

  function left() {
    zone.classList.remove("over");
  }

  /** @param {DragEvent} event */
  function dropped(event) {
    event.preventDefault();
    left();
    for (const file of event.dataTransfer?.files ?? []) add(file);
  }

  /** @param {File} file */
  function add(file) {
    list.append(item(new Upload(file, purpose ?? choice.value, then)));
  }
}

/** @param {Upload} upload */
function item(upload) {
  const name = upload.file.name;
  const bar = el("progress", { max: upload.file.size || 1, "aria-label": `Upload of ${name}` });
  const said = el("span", { class: "meta" });
  const stop = el("button", { type: "button", onclick: () => upload.stopping.abort() }, "Stop");
  const row = el("li", { class: "upload" });
  let shown = "";
  upload.addEventListener("change", update);
  update();
  return row;

  function update() {
    bar.value = Math.min(upload.sent, bar.max);
    said.textContent = `${size(Math.min(upload.sent, upload.file.size))} of ${size(upload.file.size)}`;
    if (shown === upload.state) return;
    shown = upload.state;
    const title = el("bdi", { class: "breaks" }, name);
    if (shown === "going") {
      fill(row, title, bar, said, stop);
    } else if (shown === "done") {
      announce(`${name} was uploaded.`);
      row.remove();
    } else if (shown === "stopped") {
      announce(`The upload of ${name} was stopped.`);
      row.remove();
    } else {
      fill(row, title, problem(upload.error, () => void upload.start()));
      announce(`${name}: ${wordsFor(upload.error)}`);
    }
  }
}
