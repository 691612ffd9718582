// All tests of the page, one after the other, in one browser.

import { after, before } from "node:test";
import { launch, quit } from "./browser.mjs";

before(launch);
after(quit);

for (const name of ["files", "vector_stores", "appearance"]) {
  await import(`./tests/${name}.mjs`);
}
