"""Plan the security schemes of a document, and which operation needs which."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from codegen.document import mapping, operations, resolve
from codegen.errors import Path, json_path, shorten
from codegen.identifiers import free, identifier
from codegen.plan.literal import docstring, ended, plain_text, string
from codegen.source import Document

_SECTION = "securitySchemes"
_PLACES = ("header", "query", "cookie")


@dataclass(frozen=True)
class Scheme:
    """A scheme as a part of `Credentials`, and of the table of schemes.

    Attributes:
        attribute: what it is called there, "" where it is no part of them.
        kind: how the credential is written: key, basic, token or certificate.
        place, key, prefix: where it goes, what it is called there, what precedes it.
        what: what it is, for people.
        token_url: where tokens are fetched with the credentials of a client.
        description: what the document says of it.
    """

    name: str
    attribute: str
    kind: str
    place: str = "header"
    key: str = '"Authorization"'
    prefix: str = '""'
    what: str = ""
    token_url: str = ""
    is_oauth: bool = False
    description: str = ""

    @property
    def quoted(self) -> str:
        """Return its name as a literal."""
        return string(self.name)

    @property
    def described(self) -> str:
        """Return what it is, as a literal."""
        return string(self.what)

    @property
    def annotation(self) -> str:
        """Return the type of its credential."""
        if self.kind == "basic":
            return "Pair"
        return "Secret | ClientCredentials" if self.is_oauth else "Secret"

    @property
    def words(self) -> str:
        """Return what is said of it where credentials are given."""
        said = plain_text(self.description)
        return f"{self.what}. {ended(said)}" if said else f"{self.what}."


@dataclass(frozen=True)
class Security:
    """All schemes of a document.

    Attributes:
        required: what operations need that say nothing, as code.
        own: those that say something else, as code, by their places.
        needs: what is needed, for people, by the places of operations.
        usual: the schemes of the first alternative that credentials are enough for, by
            the places of operations.
    """

    schemes: list[Scheme] = field(default_factory=list[Scheme])
    required: str = "()"
    own: dict[Path, str] = field(default_factory=dict[Path, str])
    needs: dict[Path, str] = field(default_factory=dict[Path, str])
    usual: dict[Path, list[Scheme]] = field(default_factory=dict[Path, list[Scheme]])

    @property
    def fields(self) -> list[Scheme]:
        """Return those that credentials are given for."""
        return [scheme for scheme in self.schemes if scheme.attribute]

    @property
    def docstring(self) -> str:
        """Write the docstring of the credentials."""
        lines = [f"    {each.attribute}: {each.words}" for each in self.fields]
        return docstring(
            "What shows who is calling, by the schemes of the document; in no repr.",
            "\n".join(["Attributes:", *lines]) if lines else "",
        )

    @property
    def token_url(self) -> str:
        """Return where the first scheme that fetches tokens does so, as a literal."""
        urls = [string(s.token_url) for s in self.schemes if s.token_url]
        return urls[0] if len({*urls}) == 1 else ""

    @property
    def has_oauth(self) -> bool:
        """Return whether tokens may be fetched."""
        return any(scheme.is_oauth for scheme in self.schemes)


def plan_security(document: Document, notes: list[str]) -> Security:
    """Plan all schemes of a document.

    Args:
        document: the document.
        notes: gets what is left out.
    """
    components = mapping(document.get("components"), ("components",))
    section = mapping(components.get(_SECTION), ("components", _SECTION))
    taken: dict[str, str] = {}
    schemes: dict[str, Scheme] = {}
    for name, data in section.items():
        at: Path = ("components", _SECTION, name)
        data, _ = resolve(document, mapping(data, at), at, _SECTION)
        found = _scheme(name, data, at, taken, notes)
        if found is not None:
            schemes[name] = found
    required = _alternatives(document.get("security"), ("security",), schemes, notes)
    own, needs, usual = {}, {}, {}
    for operation in operations(document):
        said = operation.data.get("security")
        at = (*operation.at, "security")
        needed = required if said is None else _alternatives(said, at, schemes, notes)
        if needed != required:
            own[operation.at] = _code(needed)
        if text := _words(needed, schemes):
            needs[operation.at] = text
            alternatives = ([schemes[name] for name in each] for each in needed)
            enough = (each for each in alternatives if all(s.attribute for s in each))
            usual[operation.at] = next(enough, [])
    return Security([*schemes.values()], _code(required), own, needs, usual)


def _scheme(
    name: str, data: dict[str, Any], at: Path, taken: dict[str, str], notes: list[str]
) -> Scheme | None:
    kind = str(data.get("type", ""))
    said = str(data.get("description") or "")
    attribute = free(identifier(name), taken)
    if kind != "mutualTLS":
        taken[attribute] = name
    if kind == "apiKey" and data.get("in") in _PLACES and data.get("name"):
        place, key = str(data["in"]), str(data["name"])
        what = f"the key that goes into the {place} {plain_text(key)}"
        return Scheme(
            name, attribute, "key", place, string(key), what=what, description=said
        )
    if kind == "http":
        scheme = str(data.get("scheme", "")).lower()
        if scheme == "basic":
            what = "the name and the password of a user"
            return Scheme(
                name, attribute, "basic", prefix='"Basic"', what=what, description=said
            )
        prefix = string(scheme[:1].upper() + scheme[1:])
        what = f"the token of the {plain_text(scheme)} scheme"
        return Scheme(
            name, attribute, "token", prefix=prefix, what=what, description=said
        )
    if kind == "oauth2":
        flows = data.get("flows")
        flows = flows if isinstance(flows, dict) else {}
        client = flows.get("clientCredentials")
        url = str(client.get("tokenUrl", "")) if isinstance(client, dict) else ""
        absolute = url if urlsplit(url).scheme in ("http", "https") else ""
        what = "an access token of OAuth 2" + (
            f", or `ClientCredentials` that fetch it at {plain_text(url)}"
            if client
            else ""
        )
        return Scheme(
            name, attribute, "token", prefix='"Bearer"', what=what,
            token_url=absolute, is_oauth=bool(client), description=said,
        )  # fmt: skip
    if kind == "openIdConnect":
        url = plain_text(str(data.get("openIdConnectUrl", "")))
        what = f"an access token of OpenID Connect, as {url} says"
        return Scheme(
            name, attribute, "token", prefix='"Bearer"', what=what, description=said
        )
    if kind == "mutualTLS":
        what = "a client certificate, in the `ssl.SSLContext` of `verify`"
        return Scheme(name, "", "certificate", what=what, description=said)
    notes.append(
        f"{json_path(at)}: {shorten(kind)} is no kind of credentials known here"
    )
    return None


def _alternatives(
    said: Any, at: Path, schemes: dict[str, Scheme], notes: list[str]
) -> list[dict[str, list[str]]]:
    """Return the schemes that are needed, by alternatives, with their scopes."""
    result = []
    for index, each in enumerate(said if isinstance(said, list) else []):
        needed = {}
        for name, scopes in mapping(each, (*at, index)).items():
            if name in schemes:
                needed[name] = [str(scope) for scope in scopes or []]
            else:
                place = json_path((*at, index))
                notes.append(f"{place}: no scheme {shorten(name)} is described")
        if needed or not each:
            result.append(needed)
    return result


def _code(alternatives: list[dict[str, list[str]]]) -> str:
    tuples = [
        "(" + "".join(f"{string(n)}, " for n in each) + ")" for each in alternatives
    ]
    return "(" + "".join(f"{each}, " for each in tuples) + ")"


def _words(alternatives: list[dict[str, list[str]]], schemes: dict[str, Scheme]) -> str:
    """Return what an operation needs, for people; "" where that is nothing."""
    if not any(alternatives):
        return ""
    said = []
    for each in alternatives:
        parts = []
        for name, scopes in each.items():
            scheme = schemes[name]
            called = f"`{scheme.attribute}`" if scheme.attribute else scheme.what
            listed = ", ".join(map(plain_text, scopes))
            many = "scopes" if len(scopes) > 1 else "scope"
            parts.append(f"{called} with the {many} {listed}" if scopes else called)
        said.append(" and ".join(parts) or "nothing")
    return f"Needs credentials: {', or '.join(said)}."
