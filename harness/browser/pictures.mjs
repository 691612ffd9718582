// Pictures of the page for the guides, and of all views for those who work on it.

import { join } from "node:path";
import { after, before, test } from "node:test";
import { NARROW, WIDE, inTab, launch, quit } from "./browser.mjs";
import { surroundings } from "./surroundings.mjs";
import { VIEWS } from "./views.mjs";

before(launch);
after(quit);

for (const [name, [address, text]] of Object.entries(VIEWS)) {
  test(`picture: ${name}`, async () => {
    for (const size of [WIDE, NARROW]) {
      await inTab(
        address,
        async (page) => {
          await page.getByText(text).first().waitFor();
          const file = `${name.replaceAll(" ", "-")}-${size.width}.png`;
          await page.screenshot({ path: join(surroundings.screenshots, file) });
        },
        { size, dark: size === NARROW },
      );
    }
  });
}
