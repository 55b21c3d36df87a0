"""The content of a surface record, specified in docs/records.md: what every reader may rely on."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from dask_matrix.domain.surface.signature import is_signature

MAX_DOTTED = 300


def _encodable(text: str) -> str:
    """Reject lone surrogates, which JSON can escape but UTF-8 cannot encode."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("not valid text: contains a lone surrogate") from None
    return text


def _member(text: str) -> str:
    word, _, signature = text.partition("(")
    if word.strip() not in MEMBER_WORDS or (signature and not is_signature(f"({signature}")):
        raise ValueError(
            "not a member: a signature, after static, class or nothing; property, attribute, method or class"
        )
    return text


def _signature(text: str) -> str:
    if not is_signature(text):
        raise ValueError("not a signature such as (x, /, y=1, *, z=None)")
    return text


MEMBER_WORDS = frozenset({"", "static", "class", "property", "attribute", "method"})
FIRST = Field(union_mode="left_to_right")
Text = Annotated[str, AfterValidator(_encodable)]
Dotted = Annotated[str, StringConstraints(max_length=MAX_DOTTED), AfterValidator(_encodable)]
Signature = Annotated[Text, AfterValidator(_signature)]
Member = Annotated[Text, AfterValidator(_member)]


class Part(BaseModel):
    """A part of the content. Fields that are not set stay away when it is kept."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class UnknownPart(Part):
    """Why something could not be observed."""

    exception: Text
    missing: Text | None = None
    moved: Dotted | None = None


class LazyName(Part):
    """A name that is made when it is asked for."""

    deprecated: Text | None = None
    unknown: UnknownPart | None = None


class Module(Part):
    """A module, or why it could not be imported."""

    names: dict[Dotted, Dotted] = {}
    package: bool = False
    all: list[Dotted] = []
    by_import: list[Dotted] = []
    lazy: dict[Dotted, LazyName] = {}
    notes: list[Text] = []
    unknown: UnknownPart | None = None


class Object(Part):
    """A class, a function or a value at its home."""

    kind: Literal["class", "function", "data"]
    signature: Signature | None = None
    doc: bool = False
    deprecated: Text | None = None
    bases: list[Dotted] = Field(default=[], alias="mro")
    members: dict[Dotted, Member] = {}
    deprecated_members: dict[Dotted, Text] = {}
    type: Text | None = None
    value: Text | None = None


class Setting(Part):
    """The default of a setting."""

    type: Text
    value: JsonValue = None


class Settings(Part):
    """The configuration."""

    defaults: dict[Dotted, Setting] = {}
    renamed: dict[Dotted, Dotted | None] = {}
    unknown: UnknownPart | None = None


class Option(Part):
    """An option of a command."""

    type: Text
    default: Text | None = None


class Command(Part):
    """A console script or sub-command."""

    options: dict[Text, Option] = {}
    commands: dict[Dotted, Command] = {}
    unknown: UnknownPart | None = None


class Distribution(Part):
    """The metadata of a distribution."""

    requires: list[Text] = []
    extras: list[Text] = []
    requires_python: Text | None = None
    entry_points: dict[Text, dict[Text, Text]] = {}


class Metrics(Part):
    """The names of Prometheus metrics."""

    names: list[Text] = []
    unknown: UnknownPart | None = None


class Server(Part):
    """A scheduler or a worker."""

    routes: list[Text] = []
    metrics: Metrics = Metrics()
    handlers: dict[Text, Signature | None] = {}
    stream_handlers: dict[Text, Signature | None] = {}


class SurfaceContent(BaseModel):
    """What an environment offers, in parts. A part that could not be observed has only the key ``unknown``."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    modules: dict[Dotted, Module]
    objects: dict[Dotted, Object]
    foreign: dict[Dotted, list[Dotted]]
    settings: Settings
    commands: dict[Text, Annotated[UnknownPart | Command, FIRST]]
    distributions: dict[Text, Annotated[UnknownPart | Distribution, FIRST]]
    servers: dict[Literal["scheduler", "worker", "unknown"], Annotated[UnknownPart | Server, FIRST]]

    def kept(self) -> dict[str, Any]:
        """Return the content as it is kept: without what is not set."""
        return self.model_dump(mode="json", exclude_unset=True, by_alias=True)
