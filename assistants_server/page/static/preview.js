/** What is in a file: a picture, or the beginning of a text; never markup. */

import { part, reading } from "./api.js";
import { el, fill } from "./dom.js";
import { size } from "./format.js";
import { problem } from "./notices.js";

const MOST_TEXT = 64 * 1024;
const MOST_PICTURE = 20 * 1024 * 1024;
/** @type {Record<string, string>} */
const PICTURES = {
  gif: "image/gif",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  png: "image/png",
  webp: "image/webp",
};

/**
 * Return what shows the content of a file, once it is there.
 *
 * @param {any} file
 * @param {AbortSignal} signal
 * @returns {HTMLElement}
 */
export function preview(file, signal) {
  const box = el("div", { class: "preview" }, el("p", { class: "loading" }, "Loading…"));
  void read();
  return box;

  async function read() {
    try {
      const kind = PICTURES[file.filename.split(".").at(-1).toLowerCase()];
      const most = kind ? MOST_PICTURE : MOST_TEXT;
      const bytes = await beginning(`/files/${part(file.id)}/content`, most, signal);
      if (kind && file.bytes <= most) fill(box, picture(bytes, kind, file.filename, signal));
      else fill(box, ...text(bytes, file));
    } catch (error) {
      if (!signal.aborted) fill(box, problem(error, () => void read()));
    }
  }
}

/**
 * Return the beginning of a file, and leave the rest on the server.
 *
 * @param {string} path
 * @param {number} most bytes
 * @param {AbortSignal} signal
 */
async function beginning(path, most, signal) {
  const response = await reading(path, { signal });
  const reader = /** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (response.body).getReader();
  const chunks = [];
  for (let length = 0; length < most; ) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.length;
  }
  reader.cancel().catch(() => {});
  return new Uint8Array(await new Blob(chunks).slice(0, most).arrayBuffer());
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {string} kind
 * @param {string} name
 * @param {AbortSignal} signal
 */
function picture(bytes, kind, name, signal) {
  const address = URL.createObjectURL(new Blob([bytes], { type: kind }));
  signal.addEventListener("abort", () => URL.revokeObjectURL(address), { once: true });
  const image = el("img", { class: "picture", src: address, alt: name });
  image.addEventListener("error", () => {
    image.replaceWith(el("p", { class: "hint" }, "It can't be shown: it is no such picture."));
  });
  return image;
}

/**
 * @param {Uint8Array} bytes
 * @param {any} file
 */
function text(bytes, file) {
  if (!file.bytes) return [el("p", { class: "hint" }, "The file is empty.")];
  let words = "";
  try {
    // The last character may have been cut through.
    words = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
  } catch {
    words = "\0";
  }
  if (words.includes("\0")) {
    return [el("p", { class: "hint" }, "It is no text and no picture; download it to see it.")];
  }
  const cut = file.bytes > bytes.length;
  return [
    el("pre", { tabIndex: 0, dir: "auto", role: "region", "aria-label": "Content" }, words),
    cut && el("p", { class: "hint" }, `These are the first ${size(bytes.length)}.`),
  ];
}
