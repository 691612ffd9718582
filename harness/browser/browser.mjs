// Tabs of the browser: each in a context of its own, watched for what must not happen.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { begin, explained } from "./explanations.mjs";
import { chromium, surroundings, url } from "./surroundings.mjs";

// Without these, Chromium asks its maker's hosts for updates and more.
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
export const WIDE = { width: 1280, height: 800 };
export const NARROW = { width: 390, height: 844 };
// Milliseconds, on a machine that has other work as well.
const PATIENCE = 15_000;

let browser;

before(async () => {
  browser = await chromium.launch({ executablePath: surroundings.browser, args: FLAGS });
});
beforeEach(begin);
after(() => browser?.close());

// Use a tab, and check at its end that nothing went wrong in it that nobody expected.
export async function inTab(path, use, options = {}) {
  const { size = WIDE, dark = false, base = url, expected = [], tests = 1, ...others } = options;
  const context = await browser.newContext({
    viewport: size,
    colorScheme: dark ? "dark" : "light",
    reducedMotion: "reduce",
    // Policies are looked at as they are, in tests too.
    bypassCSP: false,
    ...others,
  });
  context.setDefaultTimeout(PATIENCE);
  try {
    await context.addInitScript(watch);
    const page = await context.newPage();
    const faults = observe(page, base);
    const act = async () => {
      await page.goto(`${base}/${path}`);
      await use(page);
      faults.push(...(await page.evaluate(() => window.violations)));
      const harmed = await page.evaluate(() => window.harmed);
      assert.equal(harmed, undefined, "a script that somebody wrote has run");
      const unexpected = faults.filter((fault) => !expected.some((e) => e.test(fault)));
      assert.deepEqual(unexpected, []);
    };
    await explained(page, act, tests);
  } finally {
    await context.close();
  }
}

// Test several things, one after the other in one tab; each has the time of any test.
export function testEach(name, cases, act, options = {}) {
  const all = Object.entries(cases);
  const timeout = 1000 * surroundings.seconds;
  test(name, { timeout: all.length * timeout }, async (t) => {
    const actAll = async (page) => {
      for (const [part, value] of all) {
        await t.test(part, { timeout }, () => explained(page, () => act(page, value)));
        // Its time was over.
        if (page.isClosed()) break;
      }
    };
    await inTab("", actAll, { ...options, tests: all.length });
  });
}

// Go to another view of the page that is loaded, as a link would.
export async function visit(page, address) {
  await page.evaluate((hash) => {
    // Until the new view is there, nothing of the old one shall be found.
    document.querySelector("main").replaceChildren();
    if (location.hash === hash) dispatchEvent(new HashChangeEvent("hashchange"));
    else location.hash = hash;
  }, address);
}

// Return what sticks out of the window: by scrolling sideways, or cut off by a box.
export function overhangs(page) {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const scrolls = (node) => /auto|scroll/.test(getComputedStyle(node).overflowX);
    const isHeld = (node) => node && node !== document.body && (scrolls(node) || isHeld(node.parentElement));
    const wide = document.documentElement.scrollWidth > width ? ["the page scrolls sideways"] : [];
    const out = [...document.querySelectorAll("main *, dialog[open] *")].filter((node) => {
      const box = node.getBoundingClientRect();
      return box.right > width + 1 && box.width > 1 && node.checkVisibility() && !isHeld(node.parentElement);
    });
    return [...wide, ...out.map((node) => node.outerHTML.slice(0, 120))];
  });
}

function watch() {
  window.violations = [];
  document.addEventListener("securitypolicyviolation", (event) => {
    window.violations.push(`policy: ${event.violatedDirective} ${event.blockedURI}`);
  });
}

function observe(page, base) {
  const faults = [];
  const note = (text) => faults.push(`${text} at ${new URL(page.url()).hash}`);
  page.on("pageerror", (error) => note(`error: ${error.stack ?? error}`));
  page.on("dialog", (dialog) => {
    // Dialogs of the page are its own elements.
    note(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("popup", () => note("popup"));
  page.on("console", (message) => {
    if (message.type() === "error") note(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(base) && !/^(blob|data):/.test(request.url())) {
      note(`request: ${request.url()}`);
    }
  });
  page.on("framenavigated", (frame) => {
    if (!frame.url().startsWith(base)) faults.push(`navigation: ${frame.url()}`);
  });
  return faults;
}
