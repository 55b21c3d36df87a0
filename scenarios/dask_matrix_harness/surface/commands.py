"""The command lines: sub-commands and options of each console script, as click knows them."""

from __future__ import annotations

import importlib
from importlib import metadata
from typing import Any

from .distributions import DISTRIBUTIONS, installed
from .imports import explained
from .signatures import default_text


def commands() -> dict[str, Any]:
    """Console script -> its `options` and `commands`, or `unknown` where it cannot be loaded or is not made with click.

    https://docs.dask.org/en/stable/cli.html
    """
    scripts = {each.name: each for name in DISTRIBUTIONS for each in _entry_points(name, "console_scripts")}
    return {name: _loaded(each) for name, each in sorted(scripts.items())}


def _entry_points(distribution: str, group: str) -> list[metadata.EntryPoint]:
    return [each for found in installed(distribution) for each in found.entry_points if each.group == group]


def _loaded(script: metadata.EntryPoint) -> dict[str, Any]:
    try:
        main = script.load()
        command = _click_command(main)
    except Exception as problem:  # noqa: BLE001 - what a script's import raises is what is observed
        return {"unknown": explained(problem)}
    return _command(command) if command is not None else {"unknown": {"exception": "not made with click"}}


def _click_command(main: Any) -> Any:
    """The command behind a script's function: itself, or the one that its module, or `dask.cli` for `dask`, calls `cli` or `main`."""
    click: Any = importlib.import_module("click")  # it comes with Dask
    module = importlib.import_module("dask.cli" if main.__module__ == "dask.__main__" else main.__module__)
    if hasattr(module, "_register_command_ep"):
        _add_registered(module)
    named = (main, getattr(module, "cli", None), getattr(module, "main", None))
    return next((each for each in named if isinstance(each, click.Command)), None)


def _add_registered(module: Any) -> None:
    """Add the commands that other packages register for `dask`, as `dask.cli.run_cli` does before it calls it."""
    for distribution in DISTRIBUTIONS:
        for each in _entry_points(distribution, "dask_cli"):
            module._register_command_ep(module.cli, each)  # noqa: SLF001 - nothing public does it


def _command(command: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"options": {_name(each): _option(each) for each in command.params}}
    if hasattr(command, "commands"):
        found["commands"] = {name: _command(each) for name, each in sorted(command.commands.items())}
    return found


def _name(option: Any) -> str:
    """An option's spellings, or an argument's name in capitals."""
    spelled = [*option.opts, *option.secondary_opts]
    return "/".join(spelled) if option.param_type_name == "option" else option.name.upper()


def _option(option: Any) -> dict[str, Any]:
    default = option.default() if callable(option.default) else option.default
    unset = default is None or default is False or type(default).__module__.startswith("click")
    return {"type": option.type.name, **({} if unset else {"default": default_text(default)})}
