"""A PostgreSQL server behind each instance of the sandbox's Aurora PostgreSQL clusters.

binaries.py   which PostgreSQL there is on this machine, and why there is none
account.py    the operating system user that servers run as, and where their data is
watcher.py    the process that is the parent of all servers; it stops them when the emulator ends
supervisor.py the emulator's end of it
copying.py    copies of folders
parameters.py  which parameters of a group the server knows
settings.py   postgresql.conf and pg_hba.conf of a server
server.py     one server: start, stop, promote, replicate
bootstrap.py  roles, databases and functions that Aurora has and PostgreSQL has not
model.py      what the emulator wants: clusters and their instances
cluster.py    brings the servers of one cluster to what is wanted
backups.py    base backup and WAL archive of a cluster
copies.py     snapshots and clones on disk
metrics.py    samples of the servers, as CloudWatch has them
fleet.py      all clusters of a sandbox, one thread each; their status
"""
