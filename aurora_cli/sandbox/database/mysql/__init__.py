"""MariaDB or MySQL as the server of Aurora MySQL's clusters.

engine.py     what gives its servers; the certificate and the secret that they have in common
binaries.py   which MariaDB or MySQL there is on this machine, and why there is none
dialect.py    where the two differ: statements of replication, files, positions
parameters.py which parameters of a group the server knows
settings.py   my.cnf of a server
accounts.py   the users that Aurora has, and what the statement for IAM users becomes
server.py     one server: start, stop, promote, replicate
backups.py    base copy and binary logs of a cluster
"""
