/** The choice of an assistant, among all of them. */

import { get } from "./api.js";
import { el, fill } from "./dom.js";
import { to } from "./router.js";

const PAGE = 100;
const MORE = "\u0000more";

/**
 * Return a field that names an assistant.
 *
 * @param {string} wanted the id that is chosen at first, if there is such an assistant
 * @param {AbortSignal} signal
 * @param {() => void} changed
 */
export async function assistantChoice(wanted, signal, changed) {
  /** @type {any[]} */
  const found = [];
  let hasMore = false;
  let chosen = wanted;
  const select = el("select", { id: "assistant", onchange });
  await read();
  const edit = el("a", { class: "meta" }, "Edit");
  mark();
  const advice = el(
    "span",
    {},
    "There is no assistant yet. ",
    el("a", { href: to(["assistants", "new"]) }, "Make one"),
    ", and then talk to it here.",
  );
  const node = el(
    "div",
    { class: "choice" },
    el("label", { for: "assistant" }, "Assistant"),
    select,
    edit,
  );
  node.hidden = !found.length;
  return {
    node,
    advice,
    isEmpty: !found.length,
    wasGiven: Boolean(wanted),
    value: () => chosen,
    assistant: () => found.find(({ id }) => id === chosen),
    choose(/** @type {string} */ id) {
      chosen = id;
      options();
      mark();
    },
  };

  async function onchange() {
    if (select.value === MORE) {
      await read();
      return;
    }
    chosen = select.value;
    mark();
    changed();
  }

  async function read() {
    const query = { limit: PAGE, after: found.at(-1)?.id };
    const page = await get("/assistants", { query, signal });
    found.push(...page.data);
    hasMore = page.has_more;
    chosen ||= found[0]?.id ?? "";
    options();
  }

  function options() {
    const made = found.map(({ id, name, model }) =>
      el("option", { value: id }, `${name || id} · ${model}`),
    );
    if (chosen && !found.some(({ id }) => id === chosen)) {
      made.unshift(el("option", { value: chosen }, chosen));
    }
    if (hasMore) made.push(el("option", { value: MORE }, "More assistants…"));
    fill(select, made);
    select.value = chosen;
  }

  function mark() {
    edit.href = to(["assistants", chosen]);
  }
}
