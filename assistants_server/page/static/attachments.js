/** Files that go with a message: uploaded as soon as they are chosen. */

import { part, post, remove } from "./api.js";
import { announce, el, fill } from "./dom.js";
import { wordsFor } from "./notices.js";

/**
 * @typedef {object} Attached a file that is with the server
 * @property {string} id
 * @property {boolean} isImage
 */

/**
 * Return a button for files, and the files that were chosen with it.
 *
 * @param {AbortSignal} signal
 */
export function attachments(signal) {
  /** @type {Map<Element, Promise<Attached>>} */
  const chosen = new Map();
  const list = el("ul", { class: "chips", "aria-label": "Chosen files" });
  const input = el("input", { type: "file", multiple: true, hidden: true, onchange: add });
  const button = el("button", { type: "button", onclick: () => input.click() }, "Attach files");
  return {
    node: el("div", { class: "actions" }, button, input, list),
    /** Return the files when all are uploaded; raises what one failed with. */
    files: () => Promise.all(chosen.values()),
    clear() {
      chosen.clear();
      fill(list);
    },
  };

  function add() {
    for (const file of input.files) show(file);
    input.value = "";
  }

  /** @param {File} file */
  function show(file) {
    const said = el("span", { class: "meta" }, " · uploading…");
    const drop = el(
      "button",
      { type: "button", class: "plain", "aria-label": `Take ${file.name} away`, onclick: away },
      "×",
    );
    const chip = el("li", { class: "chip" }, file.name, said, drop);
    const upload = uploaded(file, signal);
    chosen.set(chip, upload);
    list.append(chip);
    upload.then(
      () => {
        fill(said);
        announce(`${file.name} is attached.`);
      },
      (error) => {
        if (!signal.aborted) fill(said, ` · ${wordsFor(error)}`);
      },
    );

    function away() {
      chosen.delete(chip);
      chip.remove();
      button.focus();
      upload.then(({ id }) => remove(`/files/${part(id)}`, { signal })).catch(() => {});
    }
  }
}

/**
 * @param {File} file
 * @param {AbortSignal} signal
 * @returns {Promise<Attached>}
 */
async function uploaded(file, signal) {
  const isImage = file.type.startsWith("image/");
  const form = new FormData();
  form.append("purpose", isImage ? "vision" : "assistants");
  form.append("file", file);
  const { id } = await post("/files", form, { signal });
  return { id, isImage };
}

/**
 * Return a message of a text and files.
 *
 * @param {string} text
 * @param {Attached[]} files
 * @param {any} assistant what its files may be used by
 */
export function messageOf(text, files, assistant) {
  const images = files.filter((each) => each.isImage);
  const others = files.filter((each) => !each.isImage);
  const known = ["file_search", "code_interpreter"];
  const types = (assistant?.tools ?? [])
    .map((/** @type {any} */ each) => each.type)
    .filter((/** @type {string} */ type) => known.includes(type));
  const tools = [...new Set(types.length ? types : known.slice(0, 1))].map((type) => ({ type }));
  const parts = images.map(({ id }) => ({ type: "image_file", image_file: { file_id: id } }));
  return {
    role: "user",
    content: parts.length ? [{ type: "text", text }, ...parts] : text,
    ...(others.length && { attachments: others.map(({ id }) => ({ file_id: id, tools })) }),
  };
}
