"""The emulator process: moto's AWS behind a small HTTP server, with what moto lacks for Aurora.

python -m aurora_cli.sandbox.emulator --folder FOLDER [--port N]

server.py        HTTP/1.1 on loopback; listens before moto is loaded
application.py   one request: who is asked for what, faults, moto, call log
admin.py         /_aurora/health, calls, faults, settings, reset
loading.py       moto, our extensions, and the warm-up, in the background
rds/, services/  what AWS does and moto does not
"""
