"""The operations of models: those that the engine says it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..engines import models_of
from ..http.errors import HTTPError, not_found, quoted
from ..http.results import Result
from .resources import Resource

if TYPE_CHECKING:
    from ..http.validation import ValidRequest

JSON = dict[str, Any]
_OWNER = "assistants-server"


class Models(Resource):
    """The operations of models."""

    def list_models(self, request: ValidRequest) -> Result:
        """Return all models."""
        data = [_model(name) for name in models_of(self.scheduler.engine)]
        return Result({"object": "list", "data": data})

    def retrieve_model(self, request: ValidRequest) -> Result:
        """Return a model."""
        return Result(_model(self._find(request.path["model"])))

    def delete_model(self, request: ValidRequest) -> Result:
        """Refuse to delete a model, since none here is fine-tuned."""
        name = self._find(request.path["model"])
        message = f"{quoted(name)} is no fine-tuned model, so it can't be deleted."
        raise HTTPError(403, message, param="model")

    def _find(self, name: str) -> str:
        if name not in models_of(self.scheduler.engine):
            raise not_found("model", name, code="model_not_found")
        return name


def _model(name: str) -> JSON:
    # Nobody knows when; a moment that stays the same can be compared.
    return {"id": name, "object": "model", "created": 0, "owned_by": _OWNER}
