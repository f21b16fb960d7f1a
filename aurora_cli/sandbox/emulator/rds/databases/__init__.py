"""The PostgreSQL servers behind the clusters, as the API shows them.

serving.py  the servers of this emulator, if there are any, and the statuses that follow from them
endpoints.py  the endpoints of the resources, and their hosts
wanted.py   what the resources say that there should be
failures.py  a writer that fails is replaced
target.py   where a client in the emulator itself finds a server
hooks.py    start, follow the resources, end
"""
