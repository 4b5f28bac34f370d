"""Checks quic_lb.py against test vectors: each file's IDs have to decode to their server IDs and nonces.

A load balancer that knows only the first octets of a server ID, and takes the others for the nonce's, has to read the
same ones.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from quic_lb import Configuration
from report import report


def is_read(vector: dict[str, Any], known: int) -> bool:
    """Whether the first `known` octets of the server ID are read where the rest counts as nonce."""
    server_id, nonce = bytes.fromhex(vector["sid"]), bytes.fromhex(vector["nonce"])
    key = bytes.fromhex(vector["key"]) if vector["key"] else None
    configuration = Configuration(known, len(server_id) - known + len(nonce), key)
    cid = bytes.fromhex(vector["cid"])
    return (
        configuration.block(cid) == server_id + nonce
        and configuration.server_id(cid) == server_id[:known]
        and configuration.block(cid[:-1]) is None
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("vectors", type=Path, nargs="+")
    checked = failed = 0
    for path in parser.parse_args().vectors:
        for vector in json.loads(path.read_text())["vectors"]:
            # Marked in the file: the draft has it wrong.
            if vector.get("as_printed"):
                continue
            length = len(vector["sid"]) // 2
            checked += 1
            if not all(is_read(vector, known) for known in range(1, length + 1)):
                failed += 1
                report("failure", **vector)
    report("summary", checked=checked, failed=failed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
