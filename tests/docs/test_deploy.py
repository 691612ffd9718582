"""The files that the guide on deploying has its readers copy: what they name exists."""

from __future__ import annotations

import configparser
import json
import os
import re
import shlex
import shutil
import subprocess
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from assistants_server.commands.serve import configured
from assistants_server.configuration.table import OPTIONS
from assistants_server.http.connections import IDLE
from assistants_server.settings import Settings
from harness.nginx.site import SITE, Place, adapted
from tests.cases import some
from tests.docs.pages import ROOT

if TYPE_CHECKING:
    from pathlib import Path

DEPLOY = ROOT / "docs" / "deploy"
CONTAINERFILE = DEPLOY / "Containerfile"
UNIT = DEPLOY / "assistants@.service"
COMPOSE: Any = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
VARIABLES = {each.in_environment for each in OPTIONS}
SIZES = {"k": 2**10, "m": 2**20, "g": 2**30}


def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the Containerfile, each as its name and the rest."""
    lines = CONTAINERFILE.read_text("utf-8").replace("\\\n", " ").splitlines()
    kept = [line for line in lines if line and not line.startswith("#")]
    return [(name, rest.strip()) for name, _, rest in (x.partition(" ") for x in kept)]


def arguments(name: str) -> list[str]:
    return [rest for found, rest in instructions() if found == name]


def unit() -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(UNIT, "utf-8")
    return parser


def directives(text: str, name: str) -> list[str]:
    """Return what a directive of nginx says, wherever it stands."""
    return re.findall(rf"^\s*{name} ([^;]+);", text, re.MULTILINE)


def test_the_image_is_made_of_what_is_there() -> None:
    copied = [line.split() for line in arguments("COPY") if "--from" not in line]
    sources = [name for line in copied for name in line[:-1]]
    assert [name for name in some(sources) if not (ROOT / name).exists()] == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = project["project"]["optional-dependencies"]
    (named,) = re.findall(r'"\.\[([\w,]+)\]"', " ".join(arguments("RUN")))
    assert {"postgres", "server"} <= {*named.split(",")} <= {*extras}
    # What the wheel is made of is copied.
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
    assert {path.partition("/")[0] for path in wheel} <= {*sources}
    assert project["project"]["readme"] in sources
    assert {*project["project"]["license-files"]} <= {*sources}


def test_the_image_runs_the_server_without_root() -> None:
    stages = [i for i, (name, _) in enumerate(instructions()) if name == "FROM"]
    last = instructions()[stages[-1] :]
    (user,) = [rest for name, rest in last if name == "USER"]
    of_user, of_group = map(int, user.split(":"))
    assert min(of_user, of_group) > 1000
    # Whatever needs root stands before.
    assert [name for name, _ in last].index("USER") > [n for n, _ in last].index("RUN")
    (command,) = [json.loads(rest) for name, rest in last if name == "ENTRYPOINT"]
    assert command == ["python", "-m", "assistants_server"]
    (variables,) = arguments("ENV")
    pairs = dict(each.split("=", 1) for each in shlex.split(variables))
    ours = {name for name in pairs if name.startswith("ASSISTANTS_")}
    assert some(sorted(ours)) == sorted(ours & VARIABLES)
    assert arguments("EXPOSE") == [pairs["ASSISTANTS_PORT"]]
    (probe,) = arguments("HEALTHCHECK")
    check_probe(json.loads(probe[probe.index("[") :]), pairs["ASSISTANTS_PORT"])


def check_probe(command: list[str], port: str) -> None:
    """Check that a probe is a program of Python that asks the server."""
    assert command[:2] == ["python", "-c"]
    compile(command[2], "probe", "exec")
    assert re.search(rf"http://127\.0\.0\.1:{port}/(healthz|readyz)'", command[2])


def test_services_have_what_they_need() -> None:
    server, database = COMPOSE["services"]["server"], COMPOSE["services"]["database"]
    build = server["build"]
    context = (DEPLOY / build["context"]).resolve()
    assert context == ROOT
    assert context / build["dockerfile"] == CONTAINERFILE
    assert {*server["environment"]} <= VARIABLES
    check_probe(server["healthcheck"]["test"][1:], arguments("EXPOSE")[0])
    assert server["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert "pg_isready" in database["healthcheck"]["test"][1]
    # It is reached from this machine alone.
    assert all(port.startswith("127.0.0.1:") for port in some(server["ports"]))
    secrets = {*server["secrets"], *database["secrets"]}
    assert secrets == {*COMPOSE["secrets"]}
    assert {name.partition(":")[0] for name in database["volumes"]} == {
        *COMPOSE["volumes"]
    }


def test_services_hold_no_secret() -> None:
    text = (DEPLOY / "compose.yaml").read_text("utf-8")
    assert not re.search(r"(?i)^\s*\w*(password|key|token): *\S", text, re.MULTILINE)
    assert "@" in text
    assert not re.search(r"://\w+:[^/@\s]+@", text)


def test_the_password_comes_from_its_file(tmp_path: Path) -> None:
    server = COMPOSE["services"]["server"]
    secret, python = tmp_path / "database", tmp_path / "python"
    secret.write_text("of the database\n", "utf-8")
    python.write_text('#!/bin/sh\necho "$PGPASSWORD: $*"\n', "utf-8")
    python.chmod(0o755)
    # What compose makes of two dollars.
    words = [word.replace("$$", "$") for word in server["entrypoint"]]
    words = [word.replace("/run/secrets/database", str(secret)) for word in words]
    done = subprocess.run(
        [*words, "keys", "create", "--name", "a b"],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    expected = "of the database: -m assistants_server keys create --name a b\n"
    assert done.stdout == expected


def test_the_unit_runs_with_the_options_of_its_file() -> None:
    command = unit()["Service"]["ExecStart"].replace("%i", "8001").split()
    assert command[1:3] == ["-m", "assistants_server"]
    path = "/etc/assistants/assistants.toml"
    file = str(DEPLOY / "assistants.toml")
    given = [word.replace(path, file) for word in command[3:]]
    assert file in given
    found = configured(given)
    assert found.warnings == ()
    assert found.options.port == 8001
    # Others reach it by way of nginx alone.
    assert found.options.host == "127.0.0.1"


def test_the_page_names_variables_that_the_server_reads() -> None:
    text = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    server, _, rest = text.partition("## TLS")
    of_clients, _, containers = rest.partition("## Containers")
    assert "export OPENAI_BASE_URL=" in of_clients
    found = re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", server + containers)
    assert {*some(found)} <= VARIABLES


def test_the_unit_may_do_little() -> None:
    service = unit()["Service"]
    assert service["User"] != "root"
    assert (service["ProtectSystem"], service["CapabilityBoundingSet"]) == (
        "strict",
        "",
    )
    assert service["NoNewPrivileges"] == "yes"
    # What is done has some time at the end.
    assert int(service["TimeoutStopSec"]) >= 30


# vacuous: systemd is not on every machine
@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    file = tmp_path / "assistants@8001.service"
    text = UNIT.read_text("utf-8").replace("/opt/assistants/bin/python", "/bin/true")
    file.write_text(text, "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_nginx_lets_through_what_the_server_takes() -> None:
    text = SITE.read_text("utf-8")
    (most,) = directives(text, "client_max_body_size")
    assert int(most[:-1]) * SIZES[most[-1]] > Settings(key="x").max_file_size
    # Comments come before nginx loses patience.
    (patience,) = directives(text, "proxy_read_timeout")
    assert int(patience.removesuffix("s")) > 2 * Settings(key="x").keep_alive
    # It lets go of a connection before the server does.
    kept = [
        int(each.removesuffix("s")) for each in directives(text, "keepalive_timeout")
    ]
    assert max(kept) < IDLE


def test_a_file_that_was_changed_is_noticed(tmp_path: Path) -> None:
    text = SITE.read_text("utf-8")
    place = Place(tmp_path, (1001, 1002), 1003, 1004, timeout=0.5)
    found = adapted(text, place)
    assert "proxy_read_timeout 500ms;" in found
    assert not re.search(
        r"\b(443|80|8001|8002)\b", "".join(directives(found, "listen"))
    )
    with pytest.raises(ValueError, match="8002"):
        adapted(text.replace("8002", "8003"), place)
