/** The assistants: all of them, page by page, or one of them. */

import { el } from "../dom.js";
import { moment } from "../format.js";
import { pagedList } from "../lists.js";
import { heading } from "../notices.js";
import { to } from "../router.js";
import { assistant } from "./assistant.js";

/** @param {import("../routes.js").Place} place */
export function show(place) {
  return place.path.length ? assistant(place) : list(place.signal);
}

/** @param {AbortSignal} signal */
async function list(signal) {
  const rows = await pagedList({
    path: "/assistants",
    label: "Assistants, the newest first",
    none: "There are no assistants yet.",
    signal,
    row,
  });
  const make = el("a", { class: "button primary", href: to(["assistants", "new"]) }, "New assistant");
  return el("div", {}, heading("Assistants", make), rows);
}

/** @param {any} assistant */
function row(assistant) {
  const tools = new Set((assistant.tools ?? []).map((/** @type {any} */ each) => each.type.replaceAll("_", " ")));
  return el(
    "a",
    { class: "card", href: to(["assistants", assistant.id]) },
    el("strong", {}, assistant.name || "Unnamed"),
    el("span", { class: "meta" }, `${assistant.model} · ${moment(assistant.created_at)}`),
    (assistant.description || tools.size > 0) &&
      el("span", { class: "wide meta" }, [assistant.description, ...tools].filter(Boolean).join(" · ")),
  );
}
