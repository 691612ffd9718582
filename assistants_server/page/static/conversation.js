/** The messages of a thread, in order, read page by page and added to as they come. */

import { get, part } from "./api.js";
import { announce, el, fill } from "./dom.js";
import { messageView } from "./messages.js";
import { empty, problem } from "./notices.js";

const PAGE = 50;

/**
 * @typedef {object} Conversation
 * @property {HTMLElement} node
 * @property {() => Promise<void>} load reads the first page
 * @property {() => Promise<void>} readNew reads what came behind the last message
 * @property {(message: any) => void} put adds a message, or shows it as it is now
 * @property {(delta: any) => void} add shows what is new in a message
 * @property {() => boolean} isAtEnd whether the last message is there
 */

/**
 * Return the conversation of a thread.
 *
 * @param {string} thread
 * @param {AbortSignal} signal
 * @param {{fromTheEnd?: boolean, none?: string}} [options]
 * @returns {Conversation}
 */
export function conversation(thread, signal, options = {}) {
  const { fromTheEnd = false, none = "There are no messages yet." } = options;
  const path = `/threads/${part(thread)}/messages`;
  /** @type {Map<string, import("./messages.js").MessageView>} */
  const views = new Map();
  const log = el("div", { class: "log", role: "log", "aria-label": "Conversation" });
  const before = el("div", { class: "foot" });
  const behind = el("div", { class: "foot" });
  const node = el("div", { class: "conversation" }, before, log, behind);
  let edge = "";
  let last = "";
  let isAtEnd = false;
  return { node, load, readNew, put, add, isAtEnd: () => fromTheEnd || isAtEnd };

  async function load() {
    const foot = fromTheEnd ? before : behind;
    const query = { limit: PAGE, order: fromTheEnd ? "desc" : "asc", after: edge || undefined };
    const page = await get(path, { query, signal });
    edge = page.data.at(-1)?.id ?? edge;
    // Those who listen need not hear what was there before.
    log.setAttribute("aria-live", "off");
    if (fromTheEnd) place(page.data.reverse(), true);
    else place(page.data, false);
    log.removeAttribute("aria-live");
    isAtEnd = !page.has_more;
    fill(foot, page.has_more && more(foot));
    if (!views.size) fill(foot, empty(none));
  }

  /** @param {Element} foot */
  function more(foot) {
    const text = fromTheEnd ? "Show earlier messages" : "Show later messages";
    const button = el("button", { type: "button", onclick: readOn }, text);
    return button;

    async function readOn() {
      button.disabled = true;
      const anchor = log.firstElementChild;
      const top = anchor?.getBoundingClientRect().top ?? 0;
      const known = views.size;
      try {
        await load();
        announce(`${views.size - known} more messages.`);
        // What the visitor was looking at stays where it is.
        if (fromTheEnd && anchor) scrollBy(0, anchor.getBoundingClientRect().top - top);
      } catch (error) {
        if (!signal.aborted) fill(foot, problem(error, () => void readOn()));
      }
    }
  }

  /**
   * @param {any[]} messages oldest first
   * @param {boolean} first
   */
  function place(messages, first) {
    const nodes = messages.map((message) => {
      const view = messageView(message, signal);
      views.set(message.id, view);
      return view.node;
    });
    if (first) log.prepend(...nodes);
    else log.append(...nodes);
    if (!first || !last) last = messages.at(-1)?.id ?? last;
  }

  async function readNew() {
    for (;;) {
      const query = { order: "asc", limit: 100, after: last || undefined };
      const page = await get(path, { query, signal });
      page.data.forEach(put);
      if (!page.has_more) return;
    }
  }

  /** @param {any} message */
  function put(message) {
    before.querySelector(".empty")?.remove();
    behind.querySelector(".empty")?.remove();
    const known = views.get(message.id);
    if (known) known.set(message);
    else place([message], false);
  }

  /** @param {any} delta */
  function add(delta) {
    views.get(delta.id)?.add(delta);
  }
}
