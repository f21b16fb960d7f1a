"""PostgreSQL as the server of Aurora PostgreSQL's clusters.

engine.py     what gives its servers; which programs a cluster gets
binaries.py   which PostgreSQL there is on this machine, and why there is none
parameters.py which parameters of a group the server knows
settings.py   postgresql.conf and pg_hba.conf of a server
bootstrap.py  roles, databases and functions that Aurora has and PostgreSQL has not
server.py     one server: start, stop, promote, replicate
changes.py    logical replication to a green cluster
backups.py    base backup and WAL archive of a cluster
"""
