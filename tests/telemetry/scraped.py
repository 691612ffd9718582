"""Metrics as Prometheus reads them, by a real scrape."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
from prometheus_client.parser import text_string_to_metric_families

if TYPE_CHECKING:
    from assistants_server import LocalServer


class Scraped:
    """The samples of one scrape."""

    def __init__(self, text: str) -> None:
        self.families = {
            family.name: family for family in text_string_to_metric_families(text)
        }
        self.samples = [
            sample for family in self.families.values() for sample in family.samples
        ]

    def __call__(self, name: str, **labels: str) -> float:
        """Return the sum of the samples that have a name, and these labels."""
        return sum(
            sample.value
            for sample in self.samples
            if sample.name == f"assistants_{name}"
            and labels.items() <= sample.labels.items()
        )

    def labels(self, name: str, label: str) -> set[str]:
        """Return the values that a label has."""
        return {
            sample.labels[label]
            for sample in self.samples
            if sample.name == f"assistants_{name}"
        }


def asked(
    url: str, headers: dict[str, str] | None = None, method: str = "GET"
) -> httpx.Response:
    """Return the response to a request."""
    # Without certificates, since to read them takes longer than a test.
    return httpx.request(method, url, headers=headers, verify=False)


def scraped(server: LocalServer) -> Scraped:
    """Return what a server says now."""
    response = asked(server.metrics_url)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=")
    return Scraped(response.text)
