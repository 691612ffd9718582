// Each view, in light and dark, wide and narrow: axe finds nothing, nothing sticks out.

import assert from "node:assert/strict";
import { NARROW, WIDE, overhangs, testEach, visit } from "../browser.mjs";
import { axe } from "../surroundings.mjs";
import { VIEWS } from "../views.mjs";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

testEach("appearance: each view, wide and narrow, light and dark", VIEWS, async (page, [address, text]) => {
  await visit(page, address);
  await page.getByText(text).first().waitFor();
  assert.deepEqual(await faults(page), []);
});

async function faults(page) {
  const found = [];
  for (const size of [WIDE, NARROW]) {
    await page.setViewportSize(size);
    // What is half below the bar isn't small.
    await page.evaluate(() => scrollTo(0, 0));
    for (const each of await overhangs(page)) found.push(`${size.width}: out: ${each}`);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      for (const each of await violations(page)) {
        found.push(`${size.width}, ${colorScheme}: ${each}`);
      }
    }
  }
  return found;
}

async function violations(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  const results = await page.evaluate((values) => {
    return window.axe.run(document, {
      runOnly: { type: "tag", values },
      resultTypes: ["violations"],
    });
  }, RULES);
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)}: ${failureSummary}`),
  );
}
