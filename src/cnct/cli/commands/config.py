"""``cnct config``: shows and changes the configuration. Keys are masked in all output."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from cnct.cli.formats import RowWriter
from cnct.cli.options import Command, output_options
from cnct.cli.secrets_input import read_secret
from cnct.cli.session import Session
from cnct.exceptions import SettingsError
from cnct.settings import (
    Setting,
    config_path,
    get_setting,
    remove_profile,
    report,
    set_setting,
    unset_setting,
    use_profile,
)
from cnct.settings import import_ccli as copy_accounts
from cnct.settings import profiles as profile_rows


@click.group(
    "config",
    context_settings={"help_option_names": ["-h", "--help"]},
    short_help="Show and change settings and profiles.",
)
def command() -> None:
    """Show and change settings and profiles."""


def _subcommand(name: str, *examples: str) -> Callable[[Callable[..., Any]], click.Command]:
    return command.command(name, cls=Command, examples=examples)


@_subcommand("show", "cnct config show --profile test")
@output_options
@click.pass_obj
def show(session: Session) -> None:
    """Show the settings in effect, each with its source."""
    result = report(session.profile, session.endpoint)
    if not result.settings and result.problems:
        raise SettingsError(result.problems[0])
    rows = [
        {"name": entry.name, "value": entry.shown, "source": entry.source}
        for entry in result.settings
    ]
    with RowWriter(session, ("name", "value", "source")) as writer:
        writer.write(rows)


@_subcommand("profiles")
@output_options
@click.pass_obj
def profiles(session: Session) -> None:
    """List the profiles, and the accounts of ccli."""
    rows = [
        {
            "name": row.name,
            "active": row.is_active,
            "endpoint": row.endpoint,
            "key": row.key,
            "label": row.label,
            "source": row.source,
        }
        for row in profile_rows()
    ]
    with RowWriter(session, ("name", "active", "endpoint", "key", "label", "source")) as writer:
        writer.write(rows)


@_subcommand("path")
@click.pass_obj
def path(session: Session) -> None:
    """Print the path of the configuration file, which need not exist."""
    file = config_path()
    if file is None:
        raise SettingsError("There is no place for a configuration: set CNCT_CONFIG to a path")
    session.sink.write(f"{file}\n")


@_subcommand("get", "cnct config get endpoint")
@click.argument("name")
@click.pass_obj
def get(session: Session, name: str) -> None:
    """Print the value that a profile has for a setting; a key is masked."""
    value = get_setting(name, session.profile)
    if value is not None:
        session.sink.write(f"{Setting(name, value, '').shown}\n")


@_subcommand(
    "set",
    "cnct config set endpoint https://api.connect.cloudblue.com/public/v1 --profile prod",
    "cnct config set api_key 'cmd:pass show connect'",
    "cnct config set api_key -",
)
@click.argument("name")
@click.argument("value")
@click.pass_obj
def set_(session: Session, name: str, value: str) -> None:
    """Write a setting to a profile: the active one, or --profile; - reads the value."""
    text = read_secret(name) if value == "-" else value
    set_setting(name, text, session.profile)


@_subcommand("unset", "cnct config unset timeout")
@click.argument("name")
@click.pass_obj
def unset(session: Session, name: str) -> None:
    """Remove a setting from a profile: the active one, or --profile."""
    unset_setting(name, session.profile)


@_subcommand("use", "cnct config use prod")
@click.argument("profile")
def use(profile: str) -> None:
    """Make a profile the active one."""
    use_profile(profile)


@_subcommand("remove", "cnct config remove test")
@click.argument("profile")
def remove(profile: str) -> None:
    """Remove a profile and its settings."""
    remove_profile(profile)


@_subcommand("import-ccli", "cnct config import-ccli VA-000-000")
@click.argument("accounts", nargs=-1)
@click.option("--replace", is_flag=True, help="Replace profiles of the same names.")
@click.pass_obj
def import_ccli(session: Session, accounts: tuple[str, ...], replace: bool) -> None:
    """Copy accounts of ccli, all by default, to profiles of the same names."""
    for name in copy_accounts(accounts or None, replace=replace):
        session.sink.write(f"{name}\n")
