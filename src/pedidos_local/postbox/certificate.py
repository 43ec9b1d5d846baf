"""The certificate of the demo's mail server, and of the authority that signed it: made once."""

import ssl
from pathlib import Path

import trustme

from pedidos_local.credentials import write_private

NAMES = ("localhost", "127.0.0.1")


def tls(authority_file: Path) -> ssl.SSLContext:
    """For the server. Creates what is missing: the authority's certificate, and the server's beside it."""
    server_file = authority_file.with_name("server.pem")
    if not authority_file.exists() or not server_file.exists():
        authority = trustme.CA(organization_name="pedidos on this machine", organization_unit_name="postbox")
        made = authority.issue_cert(*NAMES)
        write_private(server_file, made.private_key_and_cert_chain_pem.bytes().decode())
        write_private(authority_file, authority.cert_pem.bytes().decode())
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(server_file)
    return context
