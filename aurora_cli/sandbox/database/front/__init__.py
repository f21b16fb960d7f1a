"""The addresses of endpoints, and what answers there: a proxy in the emulator's process.

Each endpoint has an address of its own in 127.0.0.0/8, so that all can have the port of the cluster; `addresses.py` says what is
done where there are none. The API gives the address itself as the host: a name would have to be one that every resolver on every
machine knows, and none that leads to several addresses is. Certificates are for the address, which verify-full accepts.

endpoint.py   an endpoint: where it leads, and who may come in
addresses.py  an address for each, which it keeps
authority.py  the sandbox's certificate authority
wire.py       the few messages of PostgreSQL's protocol that the proxy reads and writes
token.py      IAM authentication tokens
session.py    one connection of a client
mysql_wire.py, mysql_session.py  the same for clients of MySQL's protocol
gate.py       listens on all addresses
"""
