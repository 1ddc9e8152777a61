"""The bridge: programs of connect-openapi-client run on cnct unchanged.

A ``.pth`` file imports this package when Python starts. Where such files do not run (in folders of
``pip install --target``, and in zip files), a program imports it before ``connect.client``.
"""

from cnct_connect_client.finder import install

install()
