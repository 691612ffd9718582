/** A file: what is known of it, its content, and what can be done with it. */

import { content, get, part, remove } from "../api.js";
import { confirmDelete } from "../dialogs.js";
import { el, fill } from "../dom.js";
import { moment, size } from "../format.js";
import { badge, heading, problem } from "../notices.js";
import { preview } from "../preview.js";
import { go, to } from "../router.js";

/** @param {import("../routes.js").Place} place */
export async function showFile({ path: [id], signal, title }) {
  const file = await get(`/files/${part(id)}`, { signal });
  title(file.filename);
  const trouble = el("div");
  const download = el("button", { type: "button", onclick: save }, "Download");
  return el(
    "div",
    { class: "stack" },
    el("p", {}, el("a", { href: to(["files"]) }, "All files")),
    heading(
      file.filename,
      download,
      el("button", { type: "button", class: "danger", onclick: erase }, "Delete"),
    ),
    trouble,
    facts([
      ["Id", el("span", { class: "id" }, file.id)],
      ["Size", size(file.bytes)],
      ["For", file.purpose],
      ["Uploaded", moment(file.created_at)],
      ["Expires", file.expires_at ? moment(file.expires_at) : null],
      ["State", badge(file.status)],
      ["Details", file.status_details],
    ]),
    el("section", { class: "stack" }, el("h2", {}, "Content"), preview(file, signal)),
  );

  async function save() {
    download.disabled = true;
    fill(trouble);
    try {
      const blob = await content(`/files/${part(id)}/content`, { signal });
      offer(blob, file.filename);
    } catch (error) {
      if (!signal.aborted) fill(trouble, problem(error));
    } finally {
      download.disabled = false;
    }
  }

  async function erase() {
    const gone = await confirmDelete(
      `Delete ${file.filename}?`,
      "Its content is lost, and vector stores find nothing in it any more.",
      () => remove(`/files/${part(id)}`),
    );
    if (gone) go(to(["files"]));
  }
}

/**
 * Return facts as a list of names and values; those without a value are left out.
 *
 * @param {[string, any][]} pairs
 */
export function facts(pairs) {
  const known = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return el(
    "dl",
    { class: "record panel" },
    ...known.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))),
  );
}

/**
 * Have the browser save something.
 *
 * @param {Blob} blob
 * @param {string} name
 */
function offer(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = el("a", { href: address, download: name });
  link.click();
  // Browsers have begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
