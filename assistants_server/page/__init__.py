"""A page that shows what is on the server: plain HTML, CSS and modules, no build.

`static/` is what a browser gets. `index.html` loads `app.js`, which shows the view
that the address names: `#/threads/thread_1` is the view `threads` of
`static/routes.js`, which is the module `static/views/threads.js`. A new view is a
module there and a line in the routes.

A view exports `show(place)`, which returns a node, or promises one; while it is awaited
the page says that it loads, and what it raises is shown with a button to try again.
`place` has

- `path`: what follows the view's name in the address, part by part,
- `query`: its parameters, as URLSearchParams,
- `signal`: aborted when the visitor leaves; pass it to every request and every
  listener, and let no timer outlive it,
- `title(text)`: names the page in the title of the window.

What every view keeps:

- Whatever comes from the server is text. Nodes are made by `el()` of `dom.js`, which
  has no way to make markup of it; the content security policy refuses `innerHTML`,
  styles and handlers in attributes, and everything from elsewhere. An address that the
  server names is a link only by `safeLink()`.
- Requests go through `api.js`: it knows the key, asks for it where it is missing, reads
  errors, and waits while the server is away; a POST has an idempotency key, so that the
  server carries it out once. What was typed stays until the server has it (`drafts.js`
  keeps it for the tab), and `problem()` of `notices.js` says, beside it, why it hasn't.
  Forms are made of `fields.js`, which says what is wrong at the field that it is about.
- A run is followed by `run_updates.js`: by its events where this page started it, and
  by looking at it where somebody else did, or where the events broke off.
- Lists are read page by page: `pagedList()` of `lists.js`. Rows of long lists have the
  class `row`, whose drawing browsers put off until they are scrolled to.
- One `h1`, which the view's `heading()` makes and which gets the focus when the view is
  shown; what changes by itself is said by `announce()`, in a polite live region. Every
  control has a label, works by keyboard, and shows its focus. Nothing moves where
  `prefers-reduced-motion` is set.
- Colours are the variables at the top of `style.css`, for light and dark alike; no
  state is told by colour alone. It works at 390 pixels without scrolling sideways.
- Modules stay below 300 lines; their types are written as JSDoc.
"""

from __future__ import annotations

from .files import Page

__all__ = ["Page"]
