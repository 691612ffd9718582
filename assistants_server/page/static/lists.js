/** Lists that are read page by page. */

import { get } from "./api.js";
import { announce, el } from "./dom.js";
import { empty, problem } from "./notices.js";

/**
 * @typedef {object} PagedOptions
 * @property {string} path where the list is, such as "/assistants"
 * @property {Record<string, any>} [query] other parameters
 * @property {(object: any) => HTMLElement} row makes what stands for an object
 * @property {string | Node} none said where there is nothing
 * @property {string} label names the list for those who can't see it
 * @property {AbortSignal} signal
 * @property {number} [limit] objects of a page
 * @property {string} [tag] `ul` with items, or `div` for rows of their own kind
 */

/**
 * Return a list with its first page, and a button that reads on.
 *
 * @param {PagedOptions} options
 * @returns {Promise<HTMLElement & {add: (object: any) => void}>}
 */
export async function pagedList(options) {
  const { path, query = {}, row, none, label, signal, limit = 50 } = options;
  const list = el("ul", { class: "rows", "aria-label": label });
  const foot = el("div", { class: "foot" });
  const box = el("div", { class: "list" }, list, foot);
  let after = "";

  async function read() {
    const page = await get(path, { query: { limit, ...query, after: after || undefined }, signal });
    const rows = page.data.map((/** @type {any} */ each) => el("li", { class: "row" }, row(each)));
    list.append(...rows);
    after = page.data.at(-1)?.id ?? after;
    foot.replaceChildren(...(page.has_more ? [more()] : []));
    if (!list.children.length) foot.append(empty(none));
    return rows;
  }

  function more() {
    const button = el("button", { type: "button", onclick: readOn }, "Show more");
    return button;

    async function readOn() {
      button.disabled = true;
      button.textContent = "Loading…";
      try {
        const rows = await read();
        announce(`${rows.length} more.`);
        /** @type {HTMLElement | null} */ (rows[0]?.querySelector("a, button"))?.focus();
      } catch (error) {
        if (!signal.aborted) foot.replaceChildren(problem(error, readOn));
      }
    }
  }

  await read();
  box.add = (/** @type {any} */ object) => {
    foot.querySelector(".empty")?.remove();
    list.prepend(el("li", { class: "row" }, row(object)));
  };
  return box;
}
