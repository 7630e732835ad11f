# SPDX-License-Identifier: MIT
"""mosaik as a test plays it by hand: what it says to one simulator, and what it hears, over a real socket."""
import json
import os
import socket
import struct
import subprocess
import tempfile

DEADLINE_S = 60


class Failure(Exception):
    """What the simulator answered with failure: its class, its text."""

    def __init__(self, content):
        super().__init__(content[1])
        self.kind, self.text, self.trace = content[0], content[1], content[2:]


class Gone(Exception):
    """The simulator hung up."""


class Mosaik:
    """One simulator, started as `cmd` of a SIM_CONFIG starts it, or (remote) as `connect` finds it."""

    def __init__(self, command, *options, remote=False, env=None, cwd=None):
        self.n_requests = 0
        self.asked = []
        self.answers = {}
        self.errors = tempfile.TemporaryFile("w+")
        self.output = tempfile.TemporaryFile("w+")
        start = {"stdout": self.output, "stderr": self.errors, "env": {**os.environ, **(env or {})}, "cwd": cwd}
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            address = "%s:%d" % listener.getsockname()
            if remote:
                listener.close()
                self.process = subprocess.Popen([*command, *options, "--remote", address], **start)
                self.socket = self.connect(address)
            else:
                listener.listen()
                listener.settimeout(DEADLINE_S)
                self.process = subprocess.Popen([*command, address, *options], **start)
                self.socket = listener.accept()[0]
        self.socket.settimeout(DEADLINE_S)

    def connect(self, address):
        host, port = address.split(":")
        while self.process.poll() is None:
            try:
                return socket.create_connection((host, int(port)))
            except ConnectionRefusedError:
                pass
        raise Gone(self.get_errors())

    # ---- messages ----

    def send(self, message):
        body = json.dumps(message).encode()
        self.socket.sendall(struct.pack(">I", len(body)) + body)

    def read(self, n):
        data = b""
        while len(data) < n:
            part = self.socket.recv(n - len(data))
            if not part:
                raise Gone()
            data += part
        return data

    def receive(self):
        return json.loads(self.read(struct.unpack(">I", self.read(4))[0]))

    def answer(self, request):
        """Of what the simulator asks while it owes an answer."""
        function, args, keywords = request[2]
        self.asked.append((function, args, keywords))
        reply = self.answers[function]
        if isinstance(reply, Failure):
            self.send([2, request[1], [reply.kind, reply.text, *reply.trace]])
        else:
            self.send([1, request[1], reply(*args, **keywords) if callable(reply) else reply])

    def call(self, function, *args, **keywords):
        number = self.n_requests
        self.n_requests += 1
        self.send([0, number, [function, args, keywords]])
        while True:
            kind, answered, content = message = self.receive()
            if kind == 0:
                self.answer(message)
            elif kind == 2:
                raise Failure(content)
            else:
                assert (kind, answered) == (1, number), message
                return content

    # ---- the end ----

    def stop(self):
        """Returns what end() does."""
        self.call("stop")
        return self.end()

    def hang_up(self):
        self.socket.close()
        return self.end()

    def end(self):
        """Returns the exit code, what was printed, and what was complained of."""
        code = self.process.wait(DEADLINE_S)
        self.socket.close()
        return code, self.get_text(self.output), self.get_text(self.errors)

    def get_errors(self):
        return self.get_text(self.errors)

    @staticmethod
    def get_text(file):
        file.seek(0)
        return file.read()
