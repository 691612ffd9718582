// The views of the page, each with an address and a text that says that it is there.

import { ids } from "./surroundings.mjs";

export const VIEWS = {
  files: ["#/files", "curve.png"],
  "a file": [`#/files/${ids.tides}`, "Two boats lay dry"],
  "a picture": [`#/files/${ids.picture}`, "vision"],
  "vector stores": ["#/vector_stores", "Harbour books"],
  "a vector store": [`#/vector_stores/${ids.store}`, "noise.bin"],
};

export async function open(page, name) {
  const [address, text] = VIEWS[name];
  await page.goto(address.startsWith("http") ? address : new URL(address, page.url()).href);
  await page.getByText(text).first().waitFor();
}
