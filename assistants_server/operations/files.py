"""The operations of files."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ..contents import UnreachableError
from ..contract import objects
from ..http.errors import HTTPError, storage_away_error
from ..http.responses import attachment
from ..http.results import Result
from .pages import list_page
from .resources import Resource

if TYPE_CHECKING:
    from typing import BinaryIO

    from ..http.validation import ValidRequest


class Files(Resource):
    """The operations of files."""

    def list_files(self, request: ValidRequest) -> Result:
        """Return a page of files."""
        self.library.expire()
        purpose = request.query.get("purpose")
        return list_page(self.store, request, "file", purpose=purpose)

    def create_file(self, request: ValidRequest) -> Result:
        """Add a file."""
        self.library.expire()
        assert request.upload is not None
        return Result(self.library.add_file(request.body, request.upload))

    def retrieve_file(self, request: ValidRequest) -> Result:
        """Return a file."""
        return Result(self.find("file", request.path["file_id"]))

    def delete_file(self, request: ValidRequest) -> Result:
        """Delete a file, also from all vector stores."""
        found = self.find("file", request.path["file_id"])
        self.library.delete_file(found["id"])
        return Result({**objects.deleted(found), "object": "file"})

    def download_file(self, request: ValidRequest) -> Result:
        """Return the content of a file."""
        found = self.find("file", request.path["file_id"])
        length = {"content-length": str(found["bytes"])}
        headers = {**attachment(found["filename"]), **length}
        return Result({}, headers, file=partial(self._opened, found["id"]))

    def _opened(self, id: str) -> BinaryIO:
        try:
            return self.library.contents.open(id)
        except UnreachableError as error:
            raise storage_away_error(str(error.strerror)) from error
        except OSError as error:
            message = f"The content of {id} can't be read: {error.strerror}."
            raise HTTPError(500, message) from error
