// What explains why a test failed: what its page showed and said, and what it was told.

import { readFileSync, statSync } from "node:fs";
import { surroundings } from "./surroundings.mjs";

const LINES = 40;
const COLUMNS = 200;
// Milliseconds before a test is broken off, in which it can still say why.
const MARGIN = 3000;
// The page's own modules, as they always come.
const USUAL = /\/page\/\S+: 200$/;

let begun = 0;
let logged = 0;

// Called at the beginning of each test, and of each part of one.
export function begin() {
  begun = performance.now();
  logged = statSync(surroundings.log).size;
}

// Act on a page, in the time of so many tests; where that fails, the error explains it.
export async function explained(page, act, tests = 1) {
  let explanation;
  const end = begun + 1000 * surroundings.seconds * tests - MARGIN;
  const timer = setTimeout(async () => {
    explanation = explain(page, "The time of the test was over");
    await explanation;
    // Whatever is waited for fails now, and its error says what that was.
    await page.close();
  }, end - performance.now());
  try {
    return await act();
  } catch (error) {
    throw new Error(await (explanation ?? explain(page, "It failed")), { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

async function explain(page, what) {
  const findings = {
    errors: page.pageErrors().then((all) => all.map(String)),
    console: page.consoleMessages().then((all) => all.map((each) => `${each.type()}: ${each.text()}`)),
    requests: page.requests().then((all) => all.map(outcome).filter((each) => !USUAL.test(each))),
    server: readFileSync(surroundings.log).subarray(logged).toString().trim(),
    shown: page.locator("body").ariaSnapshot({ timeout: MARGIN / 2 }),
  };
  const told = Object.entries(findings).map(async ([name, finding]) => {
    const found = await Promise.resolve(finding).catch((error) => `unknown: ${error.message}`);
    const lines = [found].flat().flatMap((each) => each.split("\n")).slice(-LINES);
    return [`${name}:`, ...lines.map((line) => `  ${line.slice(0, COLUMNS)}`)].join("\n");
  });
  return [`${what} at ${page.url()}`, ...(await Promise.all(told))].join("\n");
}

function outcome(request) {
  const end = request.existingResponse()?.status() ?? request.failure()?.errorText ?? "no answer yet";
  return `${request.method()} ${request.url()}: ${end}`;
}
