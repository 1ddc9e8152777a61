"""Enables the plugin that `test_native` is about; other tests use clients on httpx itself."""

pytest_plugins = ["cnct.testing.httpx_mock"]
