"""The commands for completion: their options and arguments by the kind of words that fit.

A copy of the commands' own declarations, which take too long to import; a test compares the two.
"""

from __future__ import annotations

from typing import NamedTuple

FORMATS = ("table", "json", "ndjson", "csv", "tsv")
COLORS = ("auto", "always", "never")
METHODS = ("GET", "POST", "PUT", "DELETE")
SHELLS = ("bash", "zsh", "fish")

# The kind of a word: a tuple of choices, or a name for which `candidates` has a function.
NONE, FLAG, FILE, PROFILE = "none", "flag", "file", "profile"
COLLECTION, RESOURCE, PLACE, ACTION = "collection", "resource", "place", "action"
CONDITION, ORDER, SELECT, BODY, DATA = "condition", "order", "select", "body", "data"
COMMAND, SETTING, FIELD, API_PATH = "command", "setting", "field", "path"

Kind = str | tuple[str, ...]
Options = dict[str, Kind]


class Form(NamedTuple):
    """The form of a command.

    Attributes:
        options: Kind of the value of each option; ``FLAG`` for an option without a value.
        arguments: Kind of each argument; the last one repeats if ``repeats``.
        repeats: Whether the last argument may come any number of times.
        method: HTTP method of a write, whose body fields are offered.
        below: Subcommands.
    """

    options: Options
    arguments: tuple[Kind, ...] = ()
    repeats: bool = False
    method: str = ""
    below: dict[str, Form] = {}  # noqa: RUF012 - never changed


_HELP: Options = {"-h": FLAG, "--help": FLAG}
SESSION: Options = {
    "--profile": PROFILE,
    "--endpoint": NONE,
    "--spec": FILE,
    "--color": COLORS,
    "-v": FLAG,
    "--verbose": FLAG,
    **_HELP,
}
_FORCE: Options = {"--force": FLAG}
_OUTPUT: Options = {"-o": FORMATS, "--output": FORMATS, "--plain-cells": FLAG}
_QUERY: Options = {"--rql": NONE, "--search": NONE}
_ROWS: Options = {"--order": ORDER, "--select": SELECT}
_DRY: Options = {"--dry-run": FLAG}
_BODY: Options = {"-d": DATA, "--data": DATA, **_DRY}
_JOB: Options = {
    "-j": NONE,
    "--jobs": NONE,
    "--journal": FILE,
    "--restart": FLAG,
    "--stop": FLAG,
    "-y": FLAG,
    "--yes": FLAG,
}
_MANY: Options = {"--from": FILE, **_JOB}
_LIMIT: Options = {"-n": NONE, "--limit": NONE}
_ALL_ROWS: Options = {**_LIMIT, "--page-size": NONE, "-j": NONE, "--jobs": NONE}
_PAUSES: Options = {"--timeout": NONE, "--interval": NONE}

_SEES: Options = {**_OUTPUT, **SESSION}
_CALLS: Options = {**_FORCE, **_SEES}

FORMS = {
    "ls": Form({**_QUERY, **_ROWS, **_ALL_ROWS, **_CALLS}, (COLLECTION, CONDITION), repeats=True),
    "get": Form(_CALLS, (RESOURCE, FIELD), repeats=True),
    "count": Form({**_QUERY, **_FORCE, **SESSION}, (COLLECTION, CONDITION), repeats=True),
    "first": Form({**_QUERY, **_ROWS, **_CALLS}, (COLLECTION, CONDITION), repeats=True),
    "create": Form({**_BODY, **_MANY, **_CALLS}, (COLLECTION, BODY), repeats=True, method="POST"),
    "update": Form({**_BODY, **_MANY, **_CALLS}, (RESOURCE, BODY), repeats=True, method="PUT"),
    "delete": Form({**_DRY, **_MANY, **_CALLS}, (RESOURCE,)),
    "call": Form(
        {**_BODY, "-X": METHODS, "--method": METHODS, **_MANY, **_CALLS},
        (RESOURCE, ACTION, BODY),
        repeats=True,
        method="POST",
    ),
    "load": Form({"--by": FIELD, "--delete": FLAG, **_DRY, **_JOB, **_CALLS}, (COLLECTION, FILE)),
    "wait": Form({"--fail": NONE, **_PAUSES, **_CALLS}, (RESOURCE, CONDITION), repeats=True),
    "watch": Form(
        {
            **_QUERY,
            "--select": SELECT,
            **_PAUSES,
            "--state": FILE,
            "--since": NONE,
            "--by": FIELD,
            **_CALLS,
        },
        (COLLECTION, CONDITION),
        repeats=True,
    ),
    "export": Form(
        {
            **_QUERY,
            **_ROWS,
            **_ALL_ROWS,
            "--format": ("csv", "ndjson", "parquet", "xlsx"),
            "--by": FIELD,
            "--partitions": NONE,
            **dict.fromkeys(("--restart", "--bom", "--plain-cells"), FLAG),
            **dict.fromkeys(("--delimiter", "--encoding"), NONE),
            **_FORCE,
            **SESSION,
        },
        (COLLECTION, FILE, CONDITION),
        repeats=True,
    ),
    "download": Form(
        {
            **dict.fromkeys(("-o", "--output"), FILE),
            **dict.fromkeys(("--overwrite", "--no-resume"), FLAG),
            **dict.fromkeys(("-H", "--header"), NONE),
            **_FORCE,
            **SESSION,
        },
        (API_PATH,),
    ),
    "sync": Form(
        {
            "--to": FILE,
            "--select": SELECT,
            "--lookback": NONE,
            "--reconcile": FLAG,
            "--full": FLAG,
            "-j": NONE,
            "--jobs": NONE,
            **_SEES,
        },
        (COLLECTION,),
        repeats=True,
    ),
    "find": Form({**_LIMIT, **_SEES}, (NONE,), repeats=True),
    "help": Form({"--full": FLAG, **SESSION}, (PLACE, ACTION)),
    "api": Form(
        {**_BODY, "-H": NONE, "--header": NONE, **_CALLS}, (METHODS, API_PATH, NONE), repeats=True
    ),
    "emulate": Form({}, (NONE,), repeats=True),
    "config": Form(
        _HELP,
        below={
            "show": Form(_SEES),
            "profiles": Form(_SEES),
            "path": Form(SESSION),
            "get": Form(SESSION, (SETTING,)),
            "set": Form(SESSION, (SETTING, NONE)),
            "unset": Form(SESSION, (SETTING,)),
            "use": Form(SESSION, (PROFILE,)),
            "remove": Form(SESSION, (PROFILE,)),
            "import-ccli": Form({"--replace": FLAG, **SESSION}, (NONE,), repeats=True),
        },
    ),
    "spec": Form(
        _HELP,
        below={
            "show": Form(_SEES),
            "refresh": Form(SESSION),
            "diff": Form(_SEES, (FILE, FILE)),
        },
    ),
    "stubs": Form(
        {
            **dict.fromkeys(("-o", "--output"), FILE),
            "--only": NONE,
            **dict.fromkeys(("--no-async", "--no-filters", "--check"), FLAG),
            **SESSION,
        }
    ),
    "doctor": Form({"--online": FLAG, **_SEES}),
    "docs": Form({"--print": FLAG, **SESSION}),
    "shell": Form(SESSION),
    "completion": Form(SESSION, (SHELLS,)),
}

ROOT = Form({**SESSION, "--version": FLAG}, below=FORMS)
