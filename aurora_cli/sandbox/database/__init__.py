"""A database server behind each instance of the sandbox's clusters.

engine.py     what is asked of a database engine; postgres/ and mysql/ give it
programs.py   the programs of an installed server
account.py    the operating system user that servers run as, and where their data is
watcher.py    the process that is the parent of all servers; it stops them when the emulator ends
supervisor.py the emulator's end of it
process.py    what every server has: data, a process, a log
copying.py    copies of folders
model.py      what the emulator wants: clusters and their instances
cluster.py    brings the servers of one cluster to what is wanted
copies.py     snapshots and clones on disk
metrics.py    samples of the servers, as CloudWatch has them
fleet.py      all clusters of a sandbox, one thread each; their status
front/        the addresses of endpoints, and what answers there
"""
