/** Contents of files: shown as images, saved, and their names. */

import { content, get, part } from "./api.js";
import { el, fill } from "./dom.js";
import { wordsFor } from "./notices.js";
import { whenSeen } from "./visible.js";

/** @type {Map<string, Promise<string>>} */
const names = new Map();

/**
 * Return the name of a file; its id where there is no such file any more.
 *
 * @param {string} id
 * @returns {Promise<string>}
 */
export function fileName(id) {
  let name = names.get(id);
  if (!name) {
    name = get(`/files/${part(id)}`).then(
      (file) => String(file.filename),
      () => id,
    );
    names.set(id, name);
  }
  return name;
}

/**
 * Return an image that is a file of the server; it is read when it can be seen.
 *
 * @param {string} id
 * @param {AbortSignal} signal
 */
export function imageFile(id, signal) {
  const figure = el("figure", { class: "image" }, el("p", { class: "hint" }, `Image ${id}`));
  whenSeen(figure, async () => {
    try {
      const blob = await content(`/files/${part(id)}/content`, { signal });
      const name = await fileName(id);
      const address = URL.createObjectURL(new Blob([blob], { type: imageType(name) }));
      signal.addEventListener("abort", () => URL.revokeObjectURL(address));
      const image = el("img", { alt: `Image ${name}`, src: address });
      image.addEventListener("error", () => fill(figure, noImage(id, "it is no image")));
      fill(figure, image);
    } catch (error) {
      if (!signal.aborted) fill(figure, noImage(id, wordsFor(error)));
    }
  });
  return figure;
}

/**
 * @param {string} id
 * @param {string} reason
 */
function noImage(id, reason) {
  return el("p", { class: "hint breaks" }, `The image ${id} can't be shown: ${reason}`);
}

/** @param {string} name */
function imageType(name) {
  const ending = name.split(".").at(-1)?.toLowerCase() ?? "";
  const types = { jpg: "jpeg", svg: "svg+xml" };
  return `image/${/** @type {Record<string, string>} */ (types)[ending] ?? (ending || "png")}`;
}

/**
 * Let the visitor save the content of a file.
 *
 * @param {string} id
 * @param {string} name
 * @param {AbortSignal} signal
 */
export async function saveFile(id, name, signal) {
  const blob = await content(`/files/${part(id)}/content`, { signal });
  const address = URL.createObjectURL(blob);
  el("a", { href: address, download: name.split(/[\\/]/).at(-1) || id }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
