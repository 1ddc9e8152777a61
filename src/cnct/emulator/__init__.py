"""A local Connect: an OpenAPI document and records, served over real HTTP on loopback.

Knows RQL and the document, but no client. Follows docs/rql.md, with PostgreSQL's order and letter
case.
"""

try:
    from cnct.emulator.clock import Clock
    from cnct.emulator.faults.fault import Fault, Faults
    from cnct.emulator.faults.traffic import ServedRequest
    from cnct.emulator.server import Emulator
except ModuleNotFoundError as error:
    missing = str(error.name).partition(".")[0]
    raise ImportError(
        f"cnct.emulator needs {missing}: pip install python-multipart starlette uvicorn",
        name=error.name,
    ) from error

__all__ = ["Clock", "Emulator", "Fault", "Faults", "ServedRequest"]
