"""The JSON interface under thousands of made-up requests: never a fault, one shape of error."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.unit.report.headless import DEEP
from tests.unit.web.workbench import HOST, TOKEN, own_scenario

from servanda.web.app import application, guarded
from servanda.web.jobs import Jobs
from servanda.web.workplace import Workplace

schemathesis = pytest.importorskip("schemathesis")
hypothesis = pytest.importorskip("hypothesis")

CASES = 5000 if DEEP else 60
"""Requests in all, shared among the operations."""


class Still(Jobs):
    """Runs that are asked for wait for ever, so that made-up ones cost nothing."""

    def _next(self) -> None:
        return


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    place: Path = tmp_path_factory.mktemp("api")
    own_scenario(place)
    jobs = Still(place / "runs")
    inside = guarded(application(Workplace(place), jobs), TOKEN, frozenset({HOST}))
    yield inside
    jobs.close()


def test_no_made_up_request_is_a_fault(app: Any) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Host": HOST}
    from starlette.testclient import TestClient

    made = TestClient(app, base_url=f"http://{HOST}", headers=headers, follow_redirects=False)
    schema = schemathesis.openapi.from_dict(made.get("/openapi.json").json())
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) >= 10
    each = -(-CASES // len(operations))
    asked = 0
    for operation in operations:

        @hypothesis.settings(
            max_examples=each,
            deadline=None,
            database=None,
            suppress_health_check=list(hypothesis.HealthCheck),
            derandomize=True,
        )
        @hypothesis.given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            nonlocal asked
            asked += 1
            if case.path_parameters and asked % 3:
                case.path_parameters["key"] = "mine"  # one that exists, two times in three
            arguments = case.as_transport_kwargs(base_url=f"http://{HOST}")
            arguments["headers"] = {**dict(arguments.get("headers") or {}), **headers}
            address = arguments.pop("url")
            arguments.pop("cookies", None)
            answer = made.request(arguments.pop("method"), address, **arguments)
            assert answer.status_code < 500, (case.path, answer.text[:300])
            if answer.status_code >= 400:
                error = answer.json()["error"]
                assert error["status"] == answer.status_code
                assert error["code"].startswith("SV")
                assert "Traceback" not in answer.text

        ask()
    assert asked >= CASES * 0.5
