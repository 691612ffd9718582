/** The vector stores: all of them, page by page, and a form that makes one. */

import { el } from "../dom.js";
import { count, moment, size } from "../format.js";
import { pagedList } from "../lists.js";
import { badge, heading } from "../notices.js";
import { go, to } from "../router.js";
import { showStore } from "./vector_store.js";
import { editStore } from "./vector_store_form.js";

/** @param {import("../routes.js").Place} place */
export async function show(place) {
  const { path, signal } = place;
  if (path.length) return showStore(place);
  const list = await pagedList({
    path: "/vector_stores",
    label: "Vector stores",
    none: "There are no vector stores yet.",
    signal,
    row,
  });
  const create = el("button", { type: "button", class: "primary", onclick: make }, "New vector store");
  return el("div", {}, heading("Vector stores", create), list);

  async function make() {
    const made = await editStore(null);
    if (made) go(to(["vector_stores", made.id]));
  }
}

/** @param {any} store */
function row(store) {
  const { total, failed } = store.file_counts;
  const files = total === 1 ? "1 file" : `${count(total)} files`;
  return el(
    "a",
    { class: "card", href: to(["vector_stores", store.id]) },
    el("bdi", { class: "name" }, store.name || "Unnamed"),
    el(
      "span",
      { class: "meta" },
      `${files}${failed ? `, ${count(failed)} failed` : ""} · ${size(store.usage_bytes)} · `,
      `${moment(store.created_at)} `,
      badge(store.status),
    ),
  );
}
