"""Load tests with Locust: a user whose client reports every call."""

from typing import Any

from connect.client.contrib.locust.user import ConnectHttpUser
from locust import events

__all__ = ["ConnectHttpUser"]


@events.init_command_line_parser.add_listener
def _add_option(parser: Any) -> None:
    parser.add_argument("--connect-api-key", default="", help="API key of Connect")
