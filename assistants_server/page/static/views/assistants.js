/** The assistants: all of them, page by page. */

import { el } from "../dom.js";
import { moment } from "../format.js";
import { pagedList } from "../lists.js";
import { heading } from "../notices.js";
import { to } from "../router.js";

/** @param {import("../routes.js").Place} place */
export async function show({ signal }) {
  const list = await pagedList({
    path: "/assistants",
    label: "Assistants",
    none: "There are no assistants yet.",
    signal,
    row,
  });
  return el("div", {}, heading("Assistants"), list);
}

/** @param {any} assistant */
function row(assistant) {
  return el(
    "a",
    { class: "card", href: to(["assistants", assistant.id]) },
    el("strong", {}, assistant.name || "Unnamed"),
    el("span", { class: "meta" }, `${assistant.model} · ${moment(assistant.created_at)}`),
  );
}
