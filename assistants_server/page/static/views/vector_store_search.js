/** A search to try: what a model would be given. */

import { part, post } from "../api.js";
import { announce, el, fill, freshId } from "../dom.js";
import { count } from "../format.js";
import { empty, problem } from "../notices.js";
import { to } from "../router.js";

const MOST = 50;

/**
 * @param {string} store its id
 * @param {AbortSignal} signal
 * @returns {HTMLElement}
 */
export function searchForm(store, signal) {
  const id = freshId("search");
  const query = el("input", { id, type: "text", required: true, autocomplete: "off" });
  const most = el("input", { id: `${id}-most`, type: "number", min: 1, max: MOST, value: 10 });
  const button = el("button", { class: "primary" }, "Search");
  const results = el("div", { class: "stack" });
  return el(
    "section",
    { class: "stack panel", "aria-labelledby": `${id}-title` },
    el("h2", { id: `${id}-title` }, "Try a search"),
    el(
      "form",
      { class: "line", onsubmit: submitted },
      el("div", { class: "field wide" }, el("label", { for: id }, "Question"), query),
      el("div", { class: "field" }, el("label", { for: `${id}-most` }, "At most"), most),
      button,
    ),
    results,
  );

  /** @param {SubmitEvent} event */
  async function submitted(event) {
    event.preventDefault();
    button.disabled = true;
    fill(results, el("p", { class: "loading" }, "Searching…"));
    try {
      const body = { query: query.value, max_num_results: Number(most.value) || 10 };
      const { data } = await post(`/vector_stores/${part(store)}/search`, body, { signal });
      fill(
        results,
        data.length
          ? el("ol", { class: "rows", "aria-label": "Results" }, ...data.map(result))
          : empty("Nothing was found."),
      );
      announce(data.length === 1 ? "1 result." : `${count(data.length)} results.`);
    } catch (error) {
      if (!signal.aborted) fill(results, problem(error));
    } finally {
      button.disabled = false;
    }
  }
}

/** @param {any} found */
function result(found) {
  const score = found.score.toFixed(2);
  const facts = Object.entries(found.attributes ?? {});
  return el(
    "li",
    { class: "row result" },
    el(
      "div",
      { class: "actions" },
      el("a", { class: "name", href: to(["files", found.file_id]) }, el("bdi", {}, found.filename)),
      el("meter", { min: 0, max: 1, value: found.score, "aria-label": `Score ${score}` }),
      el("span", { class: "meta" }, `score ${score}`),
    ),
    facts.length > 0 &&
      el("p", { class: "meta breaks" }, facts.map(([key, value]) => `${key}: ${value}`).join(" · ")),
    ...found.content.map((/** @type {any} */ each) =>
      el("p", { class: "text", dir: "auto" }, each.text),
    ),
  );
}
