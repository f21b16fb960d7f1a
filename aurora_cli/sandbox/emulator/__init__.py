"""The emulator process: moto behind a small HTTP server, extended by what Aurora requires and moto lacks.

python -m aurora_cli.sandbox.emulator --folder FOLDER [--port N]

server.py        HTTP/1.1 on loopback; listens before moto is imported
access.py        refuses browsers, other keys and moto's own API
application.py   handles a request: routing, faults, moto, call log
admin.py         /_aurora/health, calls, faults, settings, reset
loading.py       imports moto and the extensions in the background
protocol/        what moto lacks for every service, from botocore's models
rds/, services/  the extensions of moto
"""
