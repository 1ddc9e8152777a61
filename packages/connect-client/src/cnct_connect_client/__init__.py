"""The bridge: programs of connect-openapi-client run on cnct unchanged (PYTEST_DONT_REWRITE).

A ``.pth`` file imports this package when Python starts. Where such files do not run (in folders of
``pip install --target``, and in zip files), a program imports it before ``connect.client``. The
word in capitals keeps pytest from warning that the package is imported already.
"""

from cnct_connect_client.finder import install

install()
