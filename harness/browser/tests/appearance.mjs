// Each view, in light and dark, wide and narrow: axe finds nothing, nothing sticks out.

import assert from "node:assert/strict";
import { test } from "node:test";
import { NARROW, WIDE, inTab } from "../browser.mjs";
import { axe } from "../surroundings.mjs";
import { VIEWS } from "../views.mjs";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

for (const [name, [address, text]] of Object.entries(VIEWS)) {
  test(`appearance: ${name}`, async () => {
    await inTab(address, async (page) => {
      await page.getByText(text).first().waitFor();
      await page.evaluate(axe);
      const found = [];
      for (const size of [WIDE, NARROW]) {
        await page.setViewportSize(size);
        if (size === NARROW) {
          const width = await page.evaluate(() => document.documentElement.scrollWidth);
          if (width > NARROW.width) found.push(`it is ${width} pixels wide`);
        }
        for (const colorScheme of ["light", "dark"]) {
          await page.emulateMedia({ colorScheme });
          for (const each of await violations(page)) {
            found.push(`${size.width}, ${colorScheme}: ${each}`);
          }
        }
      }
      assert.deepEqual(found, []);
    });
  });
}

async function violations(page) {
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
