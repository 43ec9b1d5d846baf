"""The certificate of the demo's mail server, and of the authority that signed it: made once."""

import ssl
from pathlib import Path

import trustme

from pedidos_local.credentials import write_private

NAMES = ("localhost", "127.0.0.1")


def tls(authority_file: Path) -> ssl.SSLContext:
    """For the server. Creates the authority's certificate, and the server's beside it, if one is missing or damaged."""
    server_file = authority_file.with_name("server.pem")
    try:
        return _loaded(authority_file, server_file)
    except (OSError, ValueError):  # SSLError is an OSError
        authority = trustme.CA(organization_name="pedidos on this machine", organization_unit_name="postbox")
        made = authority.issue_cert(*NAMES)
        write_private(server_file, made.private_key_and_cert_chain_pem.bytes().decode())
        write_private(authority_file, authority.cert_pem.bytes().decode())
        return _loaded(authority_file, server_file)


def _loaded(authority_file: Path, server_file: Path) -> ssl.SSLContext:
    """Raises OSError, ValueError."""
    ssl.create_default_context(cafile=authority_file)  # clients have to be able to read it
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(server_file)
    return context
