"""Load tests with Locust: a user whose client reports every call."""

from locust import events

from connect.client.contrib.locust.user import ConnectHttpUser

__all__ = ["ConnectHttpUser"]


@events.init_command_line_parser.add_listener
def _add_option(parser):  # type: ignore[no-untyped-def]
    parser.add_argument("--connect-api-key", default="", help="API key of Connect")
