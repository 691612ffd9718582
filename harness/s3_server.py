"""S3 on loopback, in this process, for as long as somebody needs it."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest import mock

if TYPE_CHECKING:
    from collections.abc import Iterator

BUCKET = "files"


@contextmanager
def s3_server() -> Iterator[str]:
    """Start it with an empty bucket, named in the environment; yield its address."""
    # Imported by those who start it, not by all that list tests of it.
    from boto3.session import Session
    from moto.server import ThreadedMotoServer

    # It would log each request.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    variables = {
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "id",
        "AWS_SECRET_ACCESS_KEY": "s3-secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        # Nobody else's settings.
        "AWS_CONFIG_FILE": "/nowhere",
        "AWS_SHARED_CREDENTIALS_FILE": "/nowhere",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    try:
        with mock.patch.dict("os.environ", variables):
            Session().client("s3").create_bucket(Bucket=BUCKET)
            yield address
    finally:
        server.stop()
