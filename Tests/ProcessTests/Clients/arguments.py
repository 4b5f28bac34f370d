"""The options that clients have in common."""

import argparse


def pool_parser(description: str | None) -> argparse.ArgumentParser:
    """A parser with the address of the pool."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    return parser


def transfer_parser(description: str | None) -> argparse.ArgumentParser:
    """A parser with the pool's address and what is to be transferred."""
    parser = pool_parser(description)
    parser.add_argument("--connections", type=int, required=True)
    parser.add_argument("--concurrency", type=int, required=True, help="connections at a time")
    parser.add_argument("--bytes", type=int, required=True, help="to send on each connection")
    parser.add_argument("--deadline", type=float, default=60, help="seconds for one connection")
    return parser
