/** From the address to the view: `#/threads/thread_1?x=y`. */

import { el, fill } from "./dom.js";
import { heading, problem } from "./notices.js";
import { START, routes } from "./routes.js";

// Milliseconds after which a view that loads is said to.
const PATIENCE = 200;
const NAME = "Assistants";

let leaving = new AbortController();

/**
 * Return an address of this page.
 *
 * @param {string[]} path the view's name and what follows it
 * @param {Record<string, string>} [query]
 */
export function to(path, query = {}) {
  const search = new URLSearchParams(query);
  return `#/${path.map(encodeURIComponent).join("/")}${search.size ? `?${search}` : ""}`;
}

/**
 * Go to an address of this page.
 *
 * @param {string} address
 */
export function go(address) {
  if (location.hash === address) void show();
  else location.hash = address;
}

/**
 * Note where the visitor is by now, without showing it anew.
 *
 * @param {string} address
 */
export function note(address) {
  history.replaceState(null, "", address);
}

/** Show the view of the address, now and whenever it changes. */
export function start() {
  window.addEventListener("hashchange", () => void show({ focus: true }));
  void show();
}

async function show({ focus = false } = {}) {
  leaving.abort(new DOMException("the visitor left", "AbortError"));
  leaving = new AbortController();
  const { signal } = leaving;
  const main = /** @type {HTMLElement} */ (document.getElementById("main"));
  const { name, path, query } = placeOf(location.hash);
  mark(name);
  const timer = setTimeout(() => {
    const loading = el("p", { class: "loading", role: "status" }, "Loading…");
    fill(main, heading(routes[name]?.label ?? NAME), loading);
  }, PATIENCE);
  const title = (/** @type {string} */ text) => {
    if (!signal.aborted) document.title = `${text} · ${NAME}`;
  };
  let shown;
  try {
    const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
    title(route?.label ?? "Not found");
    shown = route ? await (await route.load()).show({ path, query, signal, title }) : lost();
  } catch (error) {
    if (signal.aborted) return;
    const again = () => void show({ focus: true });
    shown = el("div", {}, heading(routes[name]?.label ?? NAME), problem(error, again));
  } finally {
    clearTimeout(timer);
  }
  if (signal.aborted) return;
  fill(main, shown);
  if (focus) {
    const first = main.querySelector("h1") ?? main;
    /** @type {HTMLElement} */ (first).focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }
}

function lost() {
  return el(
    "div",
    {},
    el("h1", { tabIndex: -1 }, "There is no such page"),
    el("p", {}, el("a", { href: to([START]) }, "Go to the start")),
  );
}

/** @param {string} hash */
function placeOf(hash) {
  const [, address, search] = /^#?\/?([^?]*)\??(.*)$/s.exec(hash) ?? ["", "", ""];
  const [name, ...path] = address.split("/").filter(Boolean).map(decoded);
  return { name: name ?? START, path, query: new URLSearchParams(search) };
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Mark in the navigation where the visitor is.
 *
 * @param {string} name
 */
function mark(name) {
  for (const link of document.querySelectorAll("#navigation a")) {
    if (link.getAttribute("href") === to([name])) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}
