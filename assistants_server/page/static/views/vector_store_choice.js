/** The choice of a file that is on the server already. */

import { el, fill, freshId } from "../dom.js";
import { moment, size } from "../format.js";
import { pagedList } from "../lists.js";
import { problem } from "../notices.js";

/**
 * Let the visitor add files, one after the other.
 *
 * @param {AbortSignal} signal
 * @param {(file: any) => Promise<void>} add
 */
export async function chooseFile(signal, add) {
  const title = freshId("choice");
  const box = el("div", {}, el("p", { class: "loading" }, "Loading…"));
  const dialog = el(
    "dialog",
    { class: "dialog", "aria-labelledby": title },
    el(
      "div",
      { class: "heading" },
      el("h2", { id: title }, "Add a file"),
      el("button", { type: "button", onclick: () => dialog.close() }, "Done"),
    ),
    box,
  );
  dialog.addEventListener("close", () => dialog.remove());
  signal.addEventListener("abort", () => dialog.close(), { once: true });
  document.body.append(dialog);
  dialog.showModal();
  try {
    const list = await pagedList({
      path: "/files",
      query: { order: "desc" },
      label: "Files on the server",
      none: "There are no files on the server yet.",
      limit: 20,
      signal,
      row: (file) => row(file, add),
    });
    fill(box, list);
  } catch (error) {
    if (!signal.aborted) fill(box, problem(error));
  }
}

/**
 * @param {any} file
 * @param {(file: any) => Promise<void>} add
 */
function row(file, add) {
  const trouble = el("div");
  const button = el(
    "button",
    { type: "button", onclick: act, "aria-label": `Add ${file.filename}` },
    "Add",
  );
  return el(
    "div",
    { class: "card" },
    el(
      "div",
      {},
      el("bdi", { class: "name" }, file.filename),
      el("p", { class: "meta" }, `${size(file.bytes)} · ${moment(file.created_at)}`),
    ),
    button,
    trouble,
  );

  async function act() {
    button.disabled = true;
    fill(trouble);
    try {
      await add(file);
      button.textContent = "Added";
      button.setAttribute("aria-label", `Added ${file.filename}`);
    } catch (error) {
      button.disabled = false;
      fill(trouble, problem(error));
    }
  }
}
