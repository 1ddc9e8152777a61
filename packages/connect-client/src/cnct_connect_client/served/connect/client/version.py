"""The version of connect-openapi-client whose interface this is."""

from importlib.metadata import PackageNotFoundError, version

COMPATIBLE = "35.0"


def get_version() -> str:
    """Return the version that is installed as connect-openapi-client, else the imitated one."""
    try:
        return version("connect-openapi-client")
    except PackageNotFoundError:
        return COMPATIBLE
