"""The contents of files in S3, or in what speaks like it."""

from __future__ import annotations

import errno
import logging
import re
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

from ..extras import install_command
from .interface import UnreachableError
from .names import GRACE, PATTERN
from .remote import RemoteContents

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

SCHEME: Final = "s3://"
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, and the
# names of access points.
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:/_-]{1,250}[A-Za-z0-9]|arn:[^/]+/[^/]+")
_NAME = re.compile(PATTERN)
_WHAT = "The storage of files"
# How many objects one request deletes; S3 takes no more.
_AT_ONCE = 1000
# Bytes of a part, and how many parts are on their way: what an upload has in memory.
_PART, _TOGETHER = 8 * 1024 * 1024, 2
# Seconds to connect, and between two pieces.
_CONNECTING, _READING = 5, 60
_MISSING = {"404", "NoSuchKey", "NotFound"}
_BUSY = {"500", "503", "InternalError", "ServiceUnavailable", "SlowDown"}
_log = logging.getLogger("assistants_server")


def parsed(url: str) -> tuple[str, str]:
    """Return the bucket and the prefix that a URL names.

    Raises:
        ValueError: it names none; the text says what was expected.
    """
    bucket, _, prefix = url.removeprefix(SCHEME).partition("/")
    if not url.startswith(SCHEME) or not _BUCKET.fullmatch(bucket) or "@" in bucket:
        # Not the text itself: somebody may have put a secret into it.
        raise ValueError(
            "files in S3 are at s3://BUCKET or s3://BUCKET/PREFIX, where a BUCKET has "
            "three characters at least; endpoint and credentials come from the "
            "environment (AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID and the others)"
        )
    prefix = prefix.strip("/")
    return bucket, f"{prefix}/" if prefix else ""


class S3Contents(RemoteContents):
    """One object for each content; `RemoteContents` describes the methods.

    Endpoint, region and credentials are found as boto3 finds them: in the environment,
    in files, or where the machine has them from.
    """

    # ruff: noqa: D102 - see there
    def __init__(self, url: str, *, grace: float = GRACE) -> None:
        """Open a bucket.

        Args:
            url: `s3://BUCKET` or `s3://BUCKET/PREFIX`. No other store may use the same
                prefix: what it has would be swept away.
            grace: seconds for which a content may be there without its file.

        Raises:
            OSError: the bucket isn't there, or can't be reached.
            ValueError: it is no such URL, or boto3 is missing.
        """
        self._bucket, self._prefix = parsed(url)
        if find_spec("boto3") is None:
            command = install_command("s3", with_path=True)
            raise ValueError(f"files in S3 need boto3: {command}")
        from boto3.s3.transfer import TransferConfig
        from boto3.session import Session
        from botocore.config import Config

        self._grace = timedelta(seconds=grace)
        self._transfer = TransferConfig(
            multipart_threshold=_PART,
            multipart_chunksize=_PART,
            max_concurrency=_TOGETHER,
        )
        # What boto3 doesn't pass on: it would be 80 MiB.
        self._transfer.max_in_memory_upload_chunks = _TOGETHER
        with self._errors():
            self._client: Any = Session().client(
                "s3",
                config=Config(
                    connect_timeout=_CONNECTING,
                    read_timeout=_READING,
                    retries={"mode": "standard"},
                ),
            )
            self._client.head_bucket(Bucket=self._bucket)

    def put(self, name: str, source: BinaryIO) -> None:
        with self._errors():
            self._client.upload_fileobj(
                source, self._bucket, self._prefix + name, Config=self._transfer
            )

    def get(self, name: str) -> BinaryIO:
        with self._errors():
            found = self._client.get_object(
                Bucket=self._bucket, Key=self._prefix + name
            )
        return cast("BinaryIO", _Body(self, found["Body"]))

    def remove(self, names: Collection[str]) -> None:
        keys = [{"Key": self._prefix + each} for each in names]
        for start in range(0, len(keys), _AT_ONCE):
            some = {"Objects": keys[start : start + _AT_ONCE], "Quiet": True}
            with self._errors():
                self._client.delete_objects(Bucket=self._bucket, Delete=some)

    def old(self) -> list[str]:
        end = datetime.now(UTC) - self._grace
        with self._errors():
            for each in self._listed("list_multipart_uploads", "Uploads"):
                if each["Initiated"] <= end and self._name(each):
                    self._client.abort_multipart_upload(
                        Bucket=self._bucket, Key=each["Key"], UploadId=each["UploadId"]
                    )
            return [
                name
                for each in self._listed("list_objects_v2", "Contents")
                if each["LastModified"] <= end and (name := self._name(each))
            ]

    def close(self) -> None:
        self._client.close()

    def _listed(self, operation: str, of: str) -> Iterator[dict[str, Any]]:
        pages = self._client.get_paginator(operation)
        for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix):
            yield from page.get(of, ())

    def _name(self, listed: dict[str, Any]) -> str:
        """Return the name of a content; none where it is not one of ours."""
        name: str = listed["Key"].removeprefix(self._prefix)
        return name if _NAME.fullmatch(name) else ""

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Turn errors of boto3 into those of the system; the log has the details."""
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in _MISSING:
                raise FileNotFoundError(
                    errno.ENOENT, "it is not in the storage of files"
                ) from error
            raise self._error(error, code) from error
        except (BotoCoreError, Boto3Error) as error:
            raise self._error(error, "") from error

    def _error(self, error: Exception, code: str) -> OSError:
        _log.warning("files in s3://%s: %s", self._bucket, error)
        if not code or code in _BUSY:
            return UnreachableError(_WHAT)
        return OSError(errno.EIO, f"the storage of files refused it ({code})")


class _Body:
    """An object of S3 that is being read."""

    def __init__(self, contents: S3Contents, body: Any) -> None:
        self._contents = contents
        self._body = body

    def __enter__(self) -> _Body:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, size: int | None = None) -> bytes:
        """Return the next bytes.

        Raises:
            OSError: they don't come.
        """
        with self._contents._errors():
            data: bytes = self._body.read(size)
        return data

    def close(self) -> None:
        """Close the connection."""
        self._body.close()
