"""What a client says: one JSON object a line on standard output."""

import json
import sys
from typing import Any


def report(event: str, **fields: Any) -> None:
    """Writes one event at once, so that whoever drives the client can wait for it."""
    sys.stdout.write(json.dumps({"event": event, **fields}) + "\n")
    sys.stdout.flush()
