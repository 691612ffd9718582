// All tests of the page, one after the other, in one browser.

import "./tests/types.mjs";
import "./tests/playground.mjs";
import "./tests/threads.mjs";
import "./tests/assistants.mjs";
import "./tests/files.mjs";
import "./tests/vector_stores.mjs";
import "./tests/access.mjs";
import "./tests/outages.mjs";
import "./tests/hostile.mjs";
import "./tests/keyboard.mjs";
import "./tests/size.mjs";
import "./tests/appearance.mjs";
