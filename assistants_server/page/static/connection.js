/** Whether the server can be reached, and the banner that says that it can't. */

import { announce, el, fill } from "./dom.js";

const FIRST = 500;
const LONGEST = 5000;

/** @type {Promise<void> | null} */
let returning = null;

/**
 * Wait until the server can be reached again.
 *
 * All who wait share one question, asked again and again.
 *
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
export async function serverBack(signal) {
  returning ??= ask().finally(() => {
    returning = null;
  });
  if (!signal) return returning;
  let stop = () => {};
  const left = new Promise((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    await Promise.race([returning, left]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

async function ask() {
  const banner = /** @type {HTMLElement} */ (document.getElementById("banner"));
  const hurry = new EventTarget();
  const now = el(
    "button",
    { type: "button", onclick: () => hurry.dispatchEvent(new Event("now")) },
    "Try now",
  );
  fill(
    banner,
    el(
      "p",
      { class: "banner" },
      el("strong", {}, "The server can't be reached."),
      " Nothing is lost: the page goes on as soon as it is back. ",
      now,
    ),
  );
  for (let pause = FIRST; !(await isThere()); pause = Math.min(pause * 2, LONGEST)) {
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, pause);
      const go = () => {
        clearTimeout(timer);
        resolve(undefined);
      };
      hurry.addEventListener("now", go, { once: true });
      window.addEventListener("online", go, { once: true });
    });
  }
  fill(banner);
  announce("The server is back.");
}

async function isThere() {
  try {
    await fetch("page/icon.svg", { method: "HEAD", cache: "no-store" });
    return true;
  } catch {
    return false;
  }
}
