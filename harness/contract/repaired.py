"""Where openapi.yaml differs from upstream by repairs of codegen/overlay.yaml.

By the places that `differences` names. What the overlay does to all operations alike,
their tags and error responses, is not listed.
"""

from __future__ import annotations

SCHEMAS = "$.components.schemas"
_CONTENT = "$.paths['/files/{file_id}/content'].get"
REPAIRED_PATHS = [
    "$.paths['/files'].post.requestBody.content['multipart/form-data'].encoding",
    f"{_CONTENT}.responses['200'].content['application/json']",
    f"{_CONTENT}.responses['200'].content['application/octet-stream']",
]
_QUERY = f"{SCHEMAS}.VectorStoreSearchRequest.properties.query.oneOf[1]"
_QUERIES = f"{SCHEMAS}.VectorStoreSearchResultsPage.properties.search_query"
REPAIRED_SCHEMAS = [
    f"{SCHEMAS}.CreateMessageRequest.properties.attachments.anyOf[0].required",
    f"{SCHEMAS}.FilePurpose.enum",
    f"{SCHEMAS}.OpenAIFile.properties.expires_at, null allowed",
    f"{SCHEMAS}.OpenAIFile.properties.status_details, null allowed",
    f"{SCHEMAS}.VectorStoreObject.properties.expires_after, null allowed",
    f"{SCHEMAS}.VectorStoreObject.properties.name, null allowed",
    f"{SCHEMAS}.VectorStoreFileBatchType.const",
    f"{SCHEMAS}.VectorStoreFileBatchType.enum",
    *(f"{place}.minItems" for place in (_QUERY, _QUERIES)),
    *(f"{place}.items.minItems" for place in (_QUERY, _QUERIES)),
    *(
        f"{SCHEMAS}.{name}.additionalProperties"
        for name in (
            "OtherChunkingStrategyResponseParam",
            "StaticChunkingStrategyResponseParam",
            "VectorStoreSearchResultContentObject",
            "VectorStoreSearchResultItem",
            "VectorStoreSearchResultsPage",
        )
    ),
]
