// The pictures of the guides: what a visitor sees, small enough for a repository.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { NARROW, inTab } from "./browser.mjs";
import { ids, surroundings } from "./surroundings.mjs";

const PAPER = { width: 1080, height: 700 };
// Of a hundred; letters stay sharp.
const QUALITY = 82;

const PICTURES = {
  playground: {
    address: `#/playground?assistant=${ids.clerk}`,
    async act(page) {
      const field = page.getByLabel("Message", { exact: true });
      await field.fill("When was the highest water of the year, and how high was it?");
      await page.keyboard.press("Enter");
      await page.getByRole("region", { name: "Run" }).getByText("completed").waitFor();
    },
  },
  passage: {
    address: `#/threads/${ids.thread}`,
    async act(page) {
      await page.getByRole("button", { name: "Source 1: tides-2026.txt" }).click();
      await page.getByRole("dialog").locator("mark").waitFor();
    },
  },
  timeline: {
    address: `#/threads/${ids.thread}/runs/${ids.drawing}`,
    act: (page) => page.getByRole("article").getByRole("img").first().waitFor(),
  },
  outputs: {
    address: `#/playground?thread=${ids.waiting_thread}`,
    options: { size: NARROW, dark: true },
    async act(page) {
      const fields = page.locator("form.outputs").getByRole("textbox");
      await fields.first().fill('{"metres": 4.1}');
      await fields.last().fill("calm");
    },
  },
  search: {
    address: `#/vector_stores/${ids.store}`,
    async act(page) {
      await page.getByRole("link", { name: "noise.bin" }).waitFor();
      await page.getByLabel("Question").fill("the highest water of the year");
      await page.keyboard.press("Enter");
      await page.getByRole("list", { name: "Results" }).waitFor();
    },
  },
};


for (const [name, { address, act, options = {} }] of Object.entries(PICTURES)) {
  test(`picture: ${name}`, async () => {
    await inTab(
      address,
      async (page) => {
        await act(page);
        const session = await page.context().newCDPSession(page);
        const asked = { format: "webp", quality: QUALITY };
        const { data } = await session.send("Page.captureScreenshot", asked);
        const file = join(surroundings.screenshots, `${name}.webp`);
        await writeFile(file, Buffer.from(data, "base64"));
      },
      { size: PAPER, ...options },
    );
  });
}
