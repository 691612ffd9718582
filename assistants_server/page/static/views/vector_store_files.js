/** The files of a vector store: their states, their texts, further ones, and their end. */

import { get, part, post, remove } from "../api.js";
import { confirmDelete } from "../dialogs.js";
import { el, fill, freshId } from "../dom.js";
import { size } from "../format.js";
import { pagedList } from "../lists.js";
import { badge, empty, problem } from "../notices.js";
import { to } from "../router.js";
import { uploader } from "../uploads.js";
import { chooseFile } from "./vector_store_choice.js";

const FILTERS = { "": "All", in_progress: "In progress", completed: "Completed", failed: "Failed" };

/**
 * Return the files of a vector store.
 *
 * @param {any} store
 * @param {AbortSignal} signal
 * @param {() => void} changed called when files were added or removed
 * @returns {Promise<{node: HTMLElement, refresh: () => Promise<void>}>}
 */
export async function storeFiles(store, signal, changed) {
  const address = `/vector_stores/${part(store.id)}/files`;
  /** @type {Map<string, {file: any, update: (file: any) => void}>} */
  const going = new Map();
  const box = el("div");
  let list = await read("");
  fill(box, list);

  const id = freshId("filter");
  const filter = el(
    "select",
    { id, onchange: refilter },
    ...Object.entries(FILTERS).map(([value, words]) => el("option", { value }, words)),
  );
  const node = el(
    "section",
    { class: "stack", "aria-label": "Files" },
    el(
      "div",
      { class: "heading" },
      el("h2", {}, "Files"),
      el(
        "div",
        { class: "actions" },
        el("label", { for: id }, "State"),
        filter,
        el("button", { type: "button", onclick: choose }, "Add a file that is here"),
      ),
    ),
    uploader({ label: "Upload files into it", purpose: "assistants", then: add }),
    box,
  );
  return { node, refresh };

  /** @param {string} state */
  function read(state) {
    going.clear();
    return pagedList({
      path: address,
      query: { filter: state || undefined },
      label: "Files of the vector store",
      none: state ? "No file is in this state." : "It has no files yet.",
      limit: 20,
      signal,
      row,
    });
  }

  async function refilter() {
    try {
      list = await read(filter.value);
      fill(box, list);
    } catch (error) {
      if (!signal.aborted) fill(box, problem(error, () => void refilter()));
    }
  }

  /** @param {any} file */
  async function add(file) {
    const added = await post(address, { file_id: file.id });
    list.add(added);
    changed();
  }

  async function choose() {
    await chooseFile(signal, add);
  }

  /** Show the states of those that were being indexed when they were shown last. */
  async function refresh() {
    for (const [file, { update }] of [...going]) {
      update(await get(`${address}/${part(file)}`, { signal }));
    }
  }

  /** @param {any} file */
  function row(file) {
    const name = el("a", { class: "name", href: to(["files", file.id]) }, file.id);
    const state = el("div", { class: "meta" });
    const trouble = el("div");
    const texts = el("details", { ontoggle: open }, el("summary", {}, "Text"));
    const whole = el(
      "div",
      { class: "card kept" },
      name,
      state,
      el("button", { type: "button", class: "plain danger", onclick: take }, "Remove"),
      trouble,
      texts,
    );
    let opened = false;
    void nameIt();
    update(file);
    return whole;

    /** @param {any} now */
    function update(now) {
      if (now.status === "in_progress") going.set(now.id, { file: now, update });
      else going.delete(now.id);
      texts.hidden = now.status !== "completed";
      fill(state, badge(now.status), ` ${size(now.usage_bytes)}`);
      fill(trouble, now.last_error && el("p", { class: "bad breaks" }, now.last_error.message));
    }

    async function nameIt() {
      try {
        const { filename } = await get(`/files/${part(file.id)}`, { signal });
        fill(name, el("bdi", {}, filename));
        texts.firstChild.setAttribute("aria-label", `Text of ${filename}`);
      } catch {
        // It was deleted, or the visitor left; the id stays.
      }
    }

    async function open() {
      if (opened || !texts.open) return;
      opened = true;
      const shown = el("div", { class: "stack" }, el("p", { class: "loading" }, "Loading…"));
      texts.append(shown);
      try {
        const { data } = await get(`${address}/${part(file.id)}/content`, { signal });
        fill(shown, ...chunks(data));
      } catch (error) {
        if (!signal.aborted) fill(shown, problem(error));
      }
    }

    async function take() {
      const gone = await confirmDelete(
        `Remove ${name.textContent}?`,
        "The vector store forgets it; the file itself stays.",
        () => remove(`${address}/${part(file.id)}`),
      );
      if (!gone) return;
      going.delete(file.id);
      whole.closest("li")?.remove();
      changed();
    }
  }
}

/** @param {any[]} data */
function chunks(data) {
  if (!data.length) return [empty("There is no text in it.")];
  return data.map(({ text }) => el("pre", { tabIndex: 0, dir: "auto" }, text));
}
