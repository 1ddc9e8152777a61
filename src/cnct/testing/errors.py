"""What fails a test: calls that nobody mocked, mocks that nobody called or could call."""


class UnexpectedCallError(AssertionError):
    """A call that no mock expects: what came, what was expected, and the nearest mock.

    No ``ClientError``: code under test that handles failed calls does not hide it.
    """


class UnusedMockError(AssertionError):
    """Mocks that no call used."""


class ImpossibleMockError(AssertionError):
    """A mock of something that the API does not have, according to ``specs``."""
