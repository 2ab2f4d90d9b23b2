"""Runs moto's AWS server on 127.0.0.1: prints READY and its port, ends when standard input closes."""

import sys

from moto.server import ThreadedMotoServer

server = ThreadedMotoServer(ip_address="127.0.0.1", port=int(sys.argv[1]), verbose=False)
server.start()
print("READY", server.get_host_and_port()[1], flush=True)
sys.stdin.read()
server.stop()
