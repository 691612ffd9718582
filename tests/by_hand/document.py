"""What a person writes into openapi.yaml: an event, operations, properties, words."""

from __future__ import annotations

from typing import Final

from tests.by_hand.editing import Edit


def _written(*edits: tuple[str, str]) -> tuple[Edit, ...]:
    return tuple(Edit("openapi.yaml", after, new) for after, new in edits)


EVENT: Final = _written(
    (
        "        - $ref: '#/components/schemas/ThreadRunExpiredEvent'\n",
        "        - $ref: '#/components/schemas/ThreadRunPausedEvent'\n",
    ),
    (
        "          thread.run.expired: '#/components/schemas/ThreadRunExpiredEvent'\n",
        "          thread.run.paused: '#/components/schemas/ThreadRunPausedEvent'\n",
    ),
    (
        "          thread.run.expired: '#/components/schemas/RunStreamEvent'\n",
        "          thread.run.paused: '#/components/schemas/RunStreamEvent'\n",
    ),
    (
        "  schemas:\n",
        """\
    ThreadRunPausedEvent:
      description: The run rests until somebody lets it go on.
      type: object
      properties:
        event:
          description: Name of the event, always `thread.run.paused`.
          type: string
          const: thread.run.paused
        data:
          $ref: '#/components/schemas/RunObject'
          description: The run as it is now.
      required:
        - event
        - data
""",
    ),
)
"""A new kind of event, in the union, in both tables that tell kinds apart."""

STATUS: Final = _written(
    ("        - incomplete\n        - expired\n", "        - paused\n"),
)
"""A new word for where a run stands."""

PROPERTIES: Final = _written(
    (
        """\
        incomplete_details:
          description: Which limit ended the run. Null unless `status` is `incomplete`.
          anyOf:
            - $ref: '#/components/schemas/RunIncompleteDetails'
            - type: 'null'
""",
        """\
        paused_until:
          description: When the run goes on by itself. Null unless it is paused.
          anyOf:
            - type: integer
              format: unixtime
            - type: 'null'
""",
    ),
    (
        """\
        that are not listed here are refused.
      type: object
      properties:
        assistant_id:
          description: Id of the assistant that is to do the work.
          type: string
""",
        """\
        urgency:
          description: How soon the run is to begin.
          type: string
          enum:
            - low
            - high
""",
    ),
)
"""A property of answers, and one of requests."""

_FAILURES = """\
        '429':
          $ref: '#/components/responses/TooManyRequests'
        4XX:
          $ref: '#/components/responses/Failure'
        5XX:
          $ref: '#/components/responses/Failure'
"""
OPERATIONS: Final = _written(
    (
        "paths:\n",
        f"""\
  /threads/{{thread_id}}/archive:
    post:
      operationId: archiveThread
      tags:
        - Threads
      summary: Archive a thread
      description: Keeps a thread as it is, so that nobody adds to it any more.
      parameters:
        - name: thread_id
          in: path
          description: Id of the thread.
          required: true
          schema:
            type: string
      requestBody:
        description: Why, if anyone asks.
        content:
          application/json:
            schema:
              $ref: '#/components/schemas/ArchiveThreadRequest'
      responses:
        '200':
          description: The thread as it is now.
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/ThreadObject'
{_FAILURES}""",
    ),
    (
        "  /threads:\n",
        f"""\
    get:
      operationId: listThreads
      tags:
        - Threads
      summary: List the threads
      description: Gives all threads, the newest first.
      parameters:
        - name: limit
          in: query
          description: How many threads a page may hold.
          schema:
            type: integer
        - name: after
          in: query
          description: Id of the thread that the page follows on.
          schema:
            type: string
      responses:
        '200':
          description: One page of threads.
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/ListThreadsResponse'
{_FAILURES}""",
    ),
    (
        "  schemas:\n",
        """\
    ArchiveThreadRequest:
      description: How to archive a thread.
      type: object
      properties:
        reason:
          description: Why it is archived.
          type: string
    ListThreadsResponse:
      description: One page of threads.
      type: object
      properties:
        object:
          description: Says that this is a list, by the word `list`.
          type: string
        data:
          description: The threads of this page.
          type: array
          items:
            $ref: '#/components/schemas/ThreadObject'
        first_id:
          description: Id of the first thread of the page.
          type: string
        last_id:
          description: Id of the last thread of the page.
          type: string
        has_more:
          description: True when there are more threads behind this page.
          type: boolean
      required:
        - object
        - data
        - first_id
        - last_id
        - has_more
""",
    ),
)
"""A new operation on a thread, with a body, and a list of threads, page by page."""

ADDED: Final = (EVENT, STATUS, PROPERTIES, OPERATIONS)

METHODS: Final = (
    Edit(
        "codegen/methods.yaml",
        "      retrieve: getThread\n",
        "      archive: archiveThread\n"
        "      list: { operation: listThreads, pages: cursor }\n",
    ),
)
"""A line for each of them: what it is called, and that one of them has pages."""
