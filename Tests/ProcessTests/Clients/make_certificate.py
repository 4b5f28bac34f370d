"""Makes a certificate and its key: self-signed, or signed by a certificate that this made before."""

import argparse
import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cert", type=Path, required=True)
    parser.add_argument("--key", type=Path, required=True)
    parser.add_argument("--name", default="localhost")
    parser.add_argument("--host", action="append", default=[], help="a name of a host; several add up")
    parser.add_argument("--authority", action="store_true", help="may sign others")
    parser.add_argument("--signed-by", type=Path, nargs=2, metavar=("CERT", "KEY"))
    parser.add_argument("--der", action="store_true", help="in DER, not in PEM")
    return parser.parse_args()


def signer(
    arguments: argparse.Namespace, name: x509.Name, key: ec.EllipticCurvePrivateKey
) -> tuple[x509.Name, CertificateIssuerPrivateKeyTypes]:
    if arguments.signed_by is None:
        return name, key
    certificate, issuer_key = (path.read_bytes() for path in arguments.signed_by)
    loaded = serialization.load_pem_private_key(issuer_key, None)
    assert isinstance(loaded, ec.EllipticCurvePrivateKey)
    return x509.load_pem_x509_certificate(certificate).subject, loaded


def main() -> None:
    arguments = parse_arguments()
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, arguments.name)])
    issuer, issuer_key = signer(arguments, name, key)
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
    )
    if arguments.authority:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    if arguments.host:
        hosts = x509.SubjectAlternativeName([x509.DNSName(host) for host in arguments.host])
        builder = builder.add_extension(hosts, critical=False)
    encoding = serialization.Encoding.DER if arguments.der else serialization.Encoding.PEM
    arguments.cert.write_bytes(builder.sign(issuer_key, hashes.SHA256()).public_bytes(encoding))
    arguments.key.write_bytes(
        key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


if __name__ == "__main__":
    main()
