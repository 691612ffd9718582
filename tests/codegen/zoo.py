"""A small document that holds one of everything that the generator understands."""

from __future__ import annotations

from typing import Any

from tests.codegen.specs import (
    JSON,
    TEXT,
    Document,
    array,
    const,
    document,
    obj,
    operation,
    parameter,
    ref,
)


def zoo() -> Document:
    """Return the document, all of it new."""
    return {
        **document(_paths(), **_schemas()),
        "info": {
            "title": "Zoo",
            "description": "Where one of each kind lives.",
            "version": "1.0",
            "x-origin": "Written for the tests.",
        },
        "servers": [{"url": "https://zoo.example/v1"}],
        "tags": [
            {"name": "Animals", "description": "Those who live here."},
            {"name": "Files", "description": "Their papers."},
        ],
        "security": [{"Key": []}],
        "components": {
            "securitySchemes": {"Key": {"type": "http", "scheme": "bearer"}},
            "parameters": {"Page": parameter("page", schema={"type": "integer"})},
            "headers": {"Count": {"description": "How many.", "schema": TEXT}},
            "requestBodies": {
                "Visit": {
                    "required": True,
                    "content": {JSON: {"schema": ref("Visit")}},
                }
            },
            "responses": {
                "Problem": {
                    "description": "It failed.",
                    "headers": {"x-count": {"$ref": "#/components/headers/Count"}},
                    "content": {JSON: {"schema": ref("Problem")}},
                }
            },
            "schemas": _schemas(),
        },
    }


def _paths() -> Document:
    failure = {"4XX": {"$ref": "#/components/responses/Problem"}}
    animal = {"description": "Good.", "content": {JSON: {"schema": ref("Animal")}}}
    return {
        "/animals/{animal_id}": {
            "parameters": [parameter("animal_id", "path", description="Which.")],
            "get": {
                **operation(
                    "getAnimal",
                    {"$ref": "#/components/parameters/Page"},
                    parameter("include[]", schema=array(ref("Mood"))),
                    parameter("where", schema=ref("Place"), style="deepObject"),
                    parameter("x-trace", "header"),
                    parameter("session", "cookie"),
                    responses={"200": animal, **failure},
                    tag="Animals",
                ),
                "summary": "Look at an animal",
                "description": "Shows one animal as it is.",
                "deprecated": True,
                "security": [{"Key": []}],
            },
            "post": {
                **operation(
                    "visitAnimal",
                    responses={
                        "200": {
                            "description": "Good.",
                            "content": {
                                JSON: {"schema": ref("Animal")},
                                "text/event-stream": {"schema": ref("Event")},
                            },
                        },
                        "default": {"$ref": "#/components/responses/Problem"},
                    },
                    tag="Animals",
                ),
                "requestBody": {"$ref": "#/components/requestBodies/Visit"},
            },
        },
        "/files": {
            "post": operation(
                "uploadFile",
                body={
                    "multipart/form-data": {
                        "schema": obj(
                            "file", file={**TEXT, "format": "binary"}, purpose=TEXT
                        )
                    }
                },
                schema={"type": "object", "additionalProperties": TEXT},
                tag="Files",
            )
        },
    }


def _schemas() -> Document:
    cat: dict[str, Any] = obj(
        "kind", "born", kind=const("cat"), born={"type": "integer"}, mood=ref("Mood")
    )
    cat["properties"]["born"]["format"] = "unixtime"
    cat["properties"]["born"]["minimum"] = 0
    cat["description"] = "A cat."
    dog = obj(
        "kind",
        kind=const("dog"),
        owner={"anyOf": [ref("Visit"), {"type": "null"}], "default": None},
        toys={**array(TEXT), "maxItems": 3},
        friends=array(ref("Animal")),
    )
    return {
        "Animal": {
            "oneOf": [ref("Cat"), ref("Dog")],
            "discriminator": {
                "propertyName": "kind",
                "mapping": {
                    "cat": "#/components/schemas/Cat",
                    "dog": "#/components/schemas/Dog",
                },
            },
        },
        "Cat": cat,
        "Dog": {**dog, "additionalProperties": False},
        "Mood": {**TEXT, "enum": ["glad", "sad"], "default": "glad"},
        "Place": obj(row={"type": "integer"}, seat={"type": ["string", "null"]}),
        "Visit": {
            "allOf": [
                ref("Place"),
                {
                    "type": "object",
                    "properties": {"stream": {"type": "boolean", "nullable": True}},
                    "required": ["row"],
                },
            ]
        },
        "Event": {
            "anyOf": [
                obj("event", "data", event=const("animal.moved"), data=ref("Place")),
                obj("event", "data", event=const("animal.gone"), data=TEXT),
            ]
        },
        "Problem": obj(
            "message",
            message=TEXT,
            details={"type": "object", "additionalProperties": array({})},
        ),
    }
