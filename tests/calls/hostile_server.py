"""A certificate server that misbehaves as a test says: TLS on 127.0.0.1 with a certificate made here."""

from __future__ import annotations

import fcntl
import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAME = "certs.example.org"
Behaviour = Callable[[socket.socket], None]
NOW = datetime.now(UTC)


def loopback() -> None:
    """Make 127.0.0.1 reachable: it is down at first where the network was taken away (`unshare -n`).

    Raises OSError where that is not allowed.
    """
    get_flags, set_flags, up = 0x8913, 0x8914, 1  # SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP: netdevice(7)
    with socket.socket() as probe:
        (flags,) = struct.unpack_from("16xh", fcntl.ioctl(probe, get_flags, struct.pack("16sh14x", b"lo", 0)))
        if not flags & up:
            fcntl.ioctl(probe, set_flags, struct.pack("16sh14x", b"lo", flags | up))


@dataclass(frozen=True)
class Authority:
    """A certificate authority whose root a test may trust."""

    root: Path
    key: ec.EllipticCurvePrivateKey
    name: x509.Name

    def server_certificate(self, folder: Path, *names: str, days: int = 1) -> Path:
        """A PEM file of key and certificate for these names or addresses, ending in `days`."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        alternatives = x509.SubjectAlternativeName([_general_name(name) for name in names])
        certificate = _builder(subject, self.name, key.public_key(), days).add_extension(alternatives, False)
        return _write(folder / f"{names[0]}.{days}.pem", key, certificate.sign(self.key, hashes.SHA256()))


def authority(folder: Path, common_name: str = "Test root") -> Authority:
    """A root of our own, its certificate in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    builder = _builder(name, name, key.public_key(), 1).add_extension(x509.BasicConstraints(True, None), True)
    root = folder / "root.pem"
    root.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return Authority(root, key, name)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, days: int
) -> x509.CertificateBuilder:
    start = NOW - timedelta(days=10)
    return (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
        .serial_number(x509.random_serial_number()).not_valid_before(start)
        .not_valid_after(NOW + timedelta(days=days))
    )  # fmt: skip


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write(path: Path, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> Path:
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    return path


@dataclass
class Server:
    """Where the server listens, and what it was sent so far."""

    address: str
    port: int
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)

    def url(self, host: str = NAME, path: str = "/chain.pem") -> str:
        return f"https://{host}:{self.port}{path}"


@contextmanager
def serving(
    behaviour: Behaviour, certificate: Path | None, address: str = "127.0.0.1", port: int = 0
) -> Iterator[Server]:
    """A server that hands every connection to `behaviour`, after TLS and the request.

    Without a certificate it does neither: `behaviour` gets the bare connection.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen(16)
        server = Server(address, listener.getsockname()[1])
        Thread(target=_accept, args=(listener, server, behaviour, certificate), daemon=True).start()
        yield server
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, server: Server, behaviour: Behaviour, certificate: Path | None) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if certificate:
        context.load_cert_chain(certificate)
    while True:
        try:
            plain, _ = listener.accept()
        except OSError:
            return
        server.connections += 1
        plain.settimeout(10)
        wrapped = context if certificate else None
        Thread(target=_serve, args=(plain, server, behaviour, wrapped), daemon=True).start()


def _serve(
    plain: socket.socket, server: Server, behaviour: Behaviour, context: ssl.SSLContext | None
) -> None:
    with suppress(OSError), plain:
        if context is None:
            behaviour(plain)
            return
        with context.wrap_socket(plain, server_side=True) as secure:
            request = b""
            while b"\r\n\r\n" not in request:
                more = secure.recv(4096)
                if not more:
                    return
                request += more
            server.requests.append(request)
            behaviour(secure)


def answers(body: bytes, *headers: str, status: str = "200 OK", length: int | None = -1) -> Behaviour:
    """An answer as a decent server gives it; `length` None leaves Content-Length out."""
    fields = list(headers)
    if length is not None:
        fields.append(f"Content-Length: {len(body) if length < 0 else length}")
    head = "\r\n".join([f"HTTP/1.1 {status}", *fields, "", ""]).encode("latin-1")

    def behave(connection: socket.socket) -> None:
        connection.sendall(head + body)

    return behave
