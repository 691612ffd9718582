/** What was typed and isn't sent yet: kept for this tab, also when the page is left. */

const PREFIX = "draft:";

/**
 * Return what was typed.
 *
 * @param {string} name
 */
export function draft(name) {
  try {
    return sessionStorage.getItem(PREFIX + name) ?? "";
  } catch {
    return "";
  }
}

/**
 * Keep what was typed; nothing forgets it.
 *
 * @param {string} name
 * @param {string} text
 */
export function keepDraft(name, text) {
  try {
    if (text) sessionStorage.setItem(PREFIX + name, text);
    else sessionStorage.removeItem(PREFIX + name);
  } catch {
    // There is no room for it, or browsers were told to keep nothing.
  }
}
