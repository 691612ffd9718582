/** A vector store: its state, a search to try, and its files, live while it is indexed. */

import { part, poll, remove } from "../api.js";
import { confirmDelete } from "../dialogs.js";
import { announce, el, fill } from "../dom.js";
import { count, moment, size } from "../format.js";
import { badge, heading } from "../notices.js";
import { go, to } from "../router.js";
import { facts } from "./file.js";
import { storeFiles } from "./vector_store_files.js";
import { editStore } from "./vector_store_form.js";
import { searchForm } from "./vector_store_search.js";

const STATES = ["in_progress", "completed", "failed", "cancelled"];

/** @param {import("../routes.js").Place} place */
export async function showStore({ path: [id], signal, title }) {
  const address = `/vector_stores/${part(id)}`;
  let { body: store, pollAfter } = await poll(address, { signal });
  let watching = false;
  const head = el("div");
  const state = el("div");
  show();
  const files = await storeFiles(store, signal, () => void watch());
  void watch();
  return el(
    "div",
    { class: "stack" },
    el("p", {}, el("a", { href: to(["vector_stores"]) }, "All vector stores")),
    head,
    state,
    searchForm(id, signal),
    files.node,
  );

  function show() {
    const name = store.name || "Unnamed";
    title(name);
    if (head.querySelector("h1")?.textContent !== name) {
      fill(
        head,
        heading(
          name,
          el("button", { type: "button", onclick: edit }, "Edit"),
          el("button", { type: "button", class: "danger", onclick: erase }, "Delete"),
        ),
      );
    }
    fill(
      state,
      facts([
        ["Id", el("span", { class: "id" }, store.id)],
        ["State", badge(store.status)],
        ["Files", counts(store.file_counts)],
        ["Size", size(store.usage_bytes)],
        ["Created", moment(store.created_at)],
        ["Last used", moment(store.last_active_at)],
        ["Expires", store.expires_at ? moment(store.expires_at) : "never"],
        ...Object.entries(store.metadata ?? {}).map(
          ([key, value]) => /** @type {[any, any]} */ ([el("bdi", {}, key), el("bdi", {}, value)]),
        ),
      ]),
    );
  }

  /** Look again and again, as long as files are being indexed. */
  async function watch() {
    if (watching) return;
    watching = true;
    try {
      for (;;) {
        ({ body: store, pollAfter } = await poll(address, { signal }));
        show();
        await files.refresh();
        if (store.status !== "in_progress") break;
        await new Promise((resolve) => setTimeout(resolve, pollAfter));
      }
    } catch (error) {
      // What is shown stays; the next change looks again.
      if (!signal.aborted) console.warn(error);
    } finally {
      watching = false;
    }
  }

  async function edit() {
    const changed = await editStore(store);
    if (!changed) return;
    store = changed;
    show();
    announce("Saved.");
  }

  async function erase() {
    const gone = await confirmDelete(
      `Delete ${store.name || "this vector store"}?`,
      "Its files stay, but nobody can search them in it any more.",
      () => remove(address),
    );
    if (gone) go(to(["vector_stores"]));
  }
}

/** @param {Record<string, number>} all by state, and their total */
function counts(all) {
  const parts = STATES.filter((each) => all[each]).map(
    (each) => `${count(all[each])} ${each.replaceAll("_", " ")}`,
  );
  return parts.length ? parts.join(", ") : "none";
}
