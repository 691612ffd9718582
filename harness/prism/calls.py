"""Correct calls of all operations of the document."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from typing import Any

from assistants_api import models

THREAD, RUN, MESSAGE, STEP = "thread_1", "run_1", "msg_1", "step_1"
FILE, STORE, BATCH = "file_1", "vs_1", "vsfb_1"
PAGE = {"limit": 5, "order": "asc", "after": "id_1", "before": "id_9"}
INCLUDE = {"include": ["step_details.tool_calls[*].file_search.results[*].content"]}
METADATA = {"colour": "blue"}


@dataclass(frozen=True)
class Call:
    """A correct call: module below `api`, result, path and other arguments."""

    name: str
    result: type[Any]
    ids: tuple[str, ...] = ()
    others: dict[str, Any] = field(default_factory=dict)

    @property
    def module(self) -> Any:
        return importlib.import_module(f"assistants_api.api.{self.name}")

    @property
    def schema(self) -> str:
        """Return the schema of the result; the class of `Model` is `ModelSchema`."""
        return self.result.__name__.removesuffix("Schema")


MESSAGE_BODY = models.CreateMessageRequest(
    role="user",
    content=[models.MessageRequestContentTextObject(text="How high is it?")],
    attachments=[
        models.MessageAttachment(file_id="file_1", tools=[models.AssistantToolsCode()])
    ],
)
FUNCTION = models.AssistantToolsFunction(
    function=models.FunctionObject(
        name="height", parameters={"type": "object", "properties": {}}, strict=True
    )
)
ASSISTANT_BODY = models.CreateAssistantRequest(
    model="gpt-4o",
    name="Surveyor",
    tools=[models.AssistantToolsCode(), FUNCTION],
    metadata=METADATA,
    temperature=0.5,
    response_format="auto",
)
RUN_BODY = models.CreateRunRequest(
    assistant_id="asst_1",
    additional_messages=[MESSAGE_BODY],
    tools=[FUNCTION],
    max_prompt_tokens=256,
    truncation_strategy=models.TruncationObject(type="last_messages", last_messages=3),
    tool_choice="required",
    response_format=models.ResponseFormatJsonObject(),
)
FILE_BODY = {
    "file": ("heights.txt", b"98 m", "text/plain"),
    "purpose": "assistants",
    "expires_after": {"anchor": "created_at", "seconds": 3600},
}
STORE_BODY = models.CreateVectorStoreRequest(
    name="Surveys",
    file_ids=[FILE],
    expires_after=models.VectorStoreExpirationAfter(anchor="last_active_at", days=7),
    metadata=METADATA,
)
SEARCH_BODY = {
    "query": ["height", "altitude"],
    "filters": models.ComparisonFilter(type="eq", key="year", value=1911),
    "max_num_results": 3,
}
CALLS = [
    Call("assistants.list_assistants", models.ListAssistantsResponse, (), PAGE),
    Call(
        "assistants.create_assistant",
        models.AssistantObject,
        (),
        {"body": ASSISTANT_BODY},
    ),
    Call("assistants.get_assistant", models.AssistantObject, ("asst_1",)),
    Call(
        "assistants.modify_assistant",
        models.AssistantObject,
        ("asst_1",),
        {"body": {"name": None, "reasoning_effort": "low", "metadata": METADATA}},
    ),
    Call("assistants.delete_assistant", models.DeleteAssistantResponse, ("asst_1",)),
    Call(
        "threads.create_thread",
        models.ThreadObject,
        (),
        {"body": models.CreateThreadRequest(messages=[MESSAGE_BODY])},
    ),
    Call("threads.get_thread", models.ThreadObject, (THREAD,)),
    Call(
        "threads.modify_thread",
        models.ThreadObject,
        (THREAD,),
        {"body": models.ModifyThreadRequest(metadata=METADATA)},
    ),
    Call("threads.delete_thread", models.DeleteThreadResponse, (THREAD,)),
    Call(
        "messages.list_messages",
        models.ListMessagesResponse,
        (THREAD,),
        {**PAGE, "run_id": RUN},
    ),
    Call(
        "messages.create_message",
        models.MessageObject,
        (THREAD,),
        {"body": MESSAGE_BODY},
    ),
    Call("messages.get_message", models.MessageObject, (THREAD, MESSAGE)),
    Call(
        "messages.modify_message",
        models.MessageObject,
        (THREAD, MESSAGE),
        {"body": {"metadata": None}},
    ),
    Call("messages.delete_message", models.DeleteMessageResponse, (THREAD, MESSAGE)),
    Call("runs.list_runs", models.ListRunsResponse, (THREAD,), PAGE),
    Call("runs.create_run", models.RunObject, (THREAD,), {"body": RUN_BODY, **INCLUDE}),
    Call(
        "runs.create_thread_and_run",
        models.RunObject,
        (),
        {"body": {"assistant_id": "asst_1", "thread": {"messages": [MESSAGE_BODY]}}},
    ),
    Call("runs.get_run", models.RunObject, (THREAD, RUN)),
    Call(
        "runs.modify_run",
        models.RunObject,
        (THREAD, RUN),
        {"body": {"metadata": METADATA}},
    ),
    Call("runs.cancel_run", models.RunObject, (THREAD, RUN)),
    Call(
        "runs.submit_tool_outputs_to_run",
        models.RunObject,
        (THREAD, RUN),
        {"body": {"tool_outputs": [{"tool_call_id": "call_1", "output": "98 m"}]}},
    ),
    Call(
        "run_steps.list_run_steps",
        models.ListRunStepsResponse,
        (THREAD, RUN),
        {**PAGE, **INCLUDE},
    ),
    Call("run_steps.get_run_step", models.RunStepObject, (THREAD, RUN, STEP), INCLUDE),
    Call(
        "files.list_files",
        models.ListFilesResponse,
        (),
        {"purpose": "assistants", "limit": 5, "order": "asc", "after": "id_1"},
    ),
    Call("files.create_file", models.OpenAIFile, (), {"body": FILE_BODY}),
    Call("files.retrieve_file", models.OpenAIFile, (FILE,)),
    Call("files.delete_file", models.DeleteFileResponse, (FILE,)),
    Call("files.download_file", bytes, (FILE,)),
    Call("models.list_models", models.ListModelsResponse),
    Call("models.retrieve_model", models.ModelSchema, ("gpt-4o",)),
    Call("models.delete_model", models.DeleteModelResponse, ("ft:gpt-4o",)),
    Call("vector_stores.list_vector_stores", models.ListVectorStoresResponse, (), PAGE),
    Call(
        "vector_stores.create_vector_store",
        models.VectorStoreObject,
        (),
        {"body": STORE_BODY},
    ),
    Call("vector_stores.get_vector_store", models.VectorStoreObject, (STORE,)),
    Call(
        "vector_stores.modify_vector_store",
        models.VectorStoreObject,
        (STORE,),
        {"body": {"name": "Maps", "expires_after": None}},
    ),
    Call(
        "vector_stores.delete_vector_store", models.DeleteVectorStoreResponse, (STORE,)
    ),
    Call(
        "vector_stores.create_vector_store_file_batch",
        models.VectorStoreFileBatchObject,
        (STORE,),
        {"body": {"file_ids": [FILE], "attributes": {"year": 1911}}},
    ),
    Call(
        "vector_stores.get_vector_store_file_batch",
        models.VectorStoreFileBatchObject,
        (STORE, BATCH),
    ),
    Call(
        "vector_stores.cancel_vector_store_file_batch",
        models.VectorStoreFileBatchObject,
        (STORE, BATCH),
    ),
    Call(
        "vector_stores.list_files_in_vector_store_batch",
        models.ListVectorStoreFilesResponse,
        (STORE, BATCH),
        {**PAGE, "filter": "completed"},
    ),
    Call(
        "vector_stores.list_vector_store_files",
        models.ListVectorStoreFilesResponse,
        (STORE,),
        {**PAGE, "filter": "failed"},
    ),
    Call(
        "vector_stores.create_vector_store_file",
        models.VectorStoreFileObject,
        (STORE,),
        {"body": {"file_id": FILE, "chunking_strategy": {"type": "auto"}}},
    ),
    Call(
        "vector_stores.get_vector_store_file",
        models.VectorStoreFileObject,
        (STORE, FILE),
    ),
    Call(
        "vector_stores.update_vector_store_file_attributes",
        models.VectorStoreFileObject,
        (STORE, FILE),
        {"body": {"attributes": {"year": 1912, "public": True}}},
    ),
    Call(
        "vector_stores.delete_vector_store_file",
        models.DeleteVectorStoreFileResponse,
        (STORE, FILE),
    ),
    Call(
        "vector_stores.retrieve_vector_store_file_content",
        models.VectorStoreFileContentResponse,
        (STORE, FILE),
    ),
    Call(
        "vector_stores.search_vector_store",
        models.VectorStoreSearchResultsPage,
        (STORE,),
        {"body": SEARCH_BODY},
    ),
]
