# SPDX-License-Identifier: MIT
"""A peer on Python's ssl: says what it got, and how it ended, in one line.

    tls_peer.py client|server PORT CA CERT KEY VERSION

Frames of four bytes of length and the payload, as Foliot's. The client says "hello" and awaits it back; the server gives
back what it gets. Both end with a good-bye. CERT may be "-": none. VERSION is 1.2 or 1.3. The server prints its port first.
"""
import socket
import ssl
import struct
import sys


def read_exactly(stream, n):
    data = b''
    while len(data) < n:
        piece = stream.recv(n - len(data))
        if not piece:
            break
        data += piece
    return data


def read_frame(stream):
    header = read_exactly(stream, 4)
    return read_exactly(stream, struct.unpack('!L', header)[0]) if len(header) == 4 else None


def write_frame(stream, payload):
    stream.sendall(struct.pack('!L', len(payload)) + payload)


def make_context(role, ca, cert, key, version):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if role == 'server' else ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = context.maximum_version = {
        '1.2': ssl.TLSVersion.TLSv1_2, '1.3': ssl.TLSVersion.TLSv1_3}[version]
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(ca)
    if cert != '-':
        context.load_cert_chain(cert, key)
    return context


def be_client(context, port):
    with socket.create_connection(('127.0.0.1', port), timeout=20) as plain:
        with context.wrap_socket(plain, server_hostname='127.0.0.1') as stream:
            write_frame(stream, b'hello')
            answer = read_frame(stream)
            stream.unwrap()
    return f'got {answer.decode()} over {stream.version() or "TLS"}' if answer else 'nothing came back'


def be_server(context):
    with socket.create_server(('127.0.0.1', 0)) as door:
        print(door.getsockname()[1], flush=True)
        plain, _ = door.accept()
        plain.settimeout(20)
        with context.wrap_socket(plain, server_side=True) as stream:
            n_frames = 0
            while (frame := read_frame(stream)) is not None:
                write_frame(stream, frame)
                n_frames += 1
            stream.unwrap()
    return f'gave back {n_frames}'


def main():
    role, port, ca, cert, key, version = sys.argv[1:]
    try:
        context = make_context(role, ca, cert, key, version)
        print(be_client(context, int(port)) if role == 'client' else be_server(context))
    except (OSError, ssl.SSLError) as error:
        print(type(error).__name__, error)


if __name__ == '__main__':
    main()
