"""A client of the Postgres wire that sends what no driver would, with the standard library only.

Texts are sent and read as they are; a value that is NULL is None, all others are texts.
"""

import base64
import hashlib
import hmac
import os
import socket
import struct


class Answer:
    """What came up to the next ReadyForQuery, or up to the end of the connection (`status` is None then)."""

    def __init__(self):
        self.columns, self.rows, self.tags, self.faults, self.status = [], [], [], [], None

    @property
    def code(self):
        """SQLSTATE of the first error; None without one."""
        return self.faults[0]["C"] if self.faults else None

    def told(self):
        """All that errors and notices say, in one text."""
        return " ".join(text for fault in self.faults for text in fault.values())


class Refused(Exception):
    """A log-in that was refused; its argument is the error, field by field."""


class Client:
    """A connection that has logged in."""

    def __init__(self, address, user, password=None, database="current", timeout=120):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.pending = b""
        fields = {"user": user, "database": database, "application_name": "oracle"}
        body = b"".join(text(name) + text(value) for name, value in fields.items())
        self.raw(struct.pack("!II", len(body) + 9, 196608) + body + b"\0")
        proof = None
        while True:
            letter, body = self.message()
            if letter == b"E":
                raise Refused(fields_of(body))
            if letter == b"R":
                kind = struct.unpack("!I", body[:4])[0]
                if kind == 10:
                    proof = Proof(password)
                    first = proof.first()
                    self.send(b"p", text("SCRAM-SHA-256") + struct.pack("!I", len(first)) + first)
                elif kind == 11:
                    self.send(b"p", proof.last(body[4:]))
                elif kind == 12:
                    proof.check(body[4:])
            if letter == b"K":
                self.pid, self.key = struct.unpack("!I", body[:4])[0], body[4:]
            if letter == b"Z":
                return

    def raw(self, data):
        self.socket.sendall(data)

    def send(self, letter, body=b""):
        self.raw(framed(letter, body))

    def message(self):
        head = self.take(5)
        return head[:1], self.take(struct.unpack("!I", head[1:])[0] - 4)

    def take(self, count):
        while len(self.pending) < count:
            piece = self.socket.recv(65536)
            if not piece:
                raise ConnectionError("the server closed the connection")
            self.pending += piece
        taken, self.pending = self.pending[:count], self.pending[count:]
        return taken

    def answer(self):
        """Reads up to ReadyForQuery."""
        answer = Answer()
        while True:
            try:
                letter, body = self.message()
            except OSError:
                return answer
            if letter == b"T":
                answer.columns = columns_of(body)
            elif letter == b"D":
                answer.rows.append(row_of(body))
            elif letter == b"C":
                answer.tags.append(body[:-1].decode())
            elif letter in b"EN":
                fault = fields_of(body)
                if letter == b"E":
                    answer.faults.append(fault)
            elif letter == b"Z":
                answer.status = body.decode()
                return answer

    def ask(self, sql):
        """The answer to a text in the simple protocol."""
        self.send(b"Q", text(sql))
        return self.answer()

    def prepared(self, sql, values=(), at_once=0):
        """The answer to a text in the extended protocol, in parts of so many rows (0: all at once)."""
        bound = b"".join(sized(value) for value in values)
        self.raw(b"".join([
            framed(b"P", b"\0" + text(sql) + b"\0\0"),
            framed(b"B", b"\0\0\0\0" + struct.pack("!H", len(values)) + bound + b"\0\0"),
            framed(b"D", b"P\0"),
            framed(b"E", b"\0" + struct.pack("!I", at_once)),
            framed(b"S"),
        ]))
        return self.answer()

    def cancel(self):
        """Has what this connection does stopped, from another connection."""
        host, port = self.socket.getpeername()[:2]
        with socket.create_connection((host, port), 10) as other:
            other.sendall(struct.pack("!III", 12 + len(self.key), 80877102, self.pid) + self.key)

    def close(self):
        self.socket.close()


class Proof:
    """The client's half of SCRAM-SHA-256 (RFC 5802, RFC 7677), without channel binding."""

    def __init__(self, password):
        if password is None:
            raise ValueError("the server wants a password")
        self.password = password.encode()
        self.bare = b"n=,r=" + base64.b64encode(os.urandom(18))

    def first(self):
        return b"n,," + self.bare

    def last(self, challenge):
        said = dict(part.split(b"=", 1) for part in challenge.split(b","))
        salted = hashlib.pbkdf2_hmac("sha256", self.password, base64.b64decode(said[b"s"]), int(said[b"i"]))
        without = b"c=biws,r=" + said[b"r"]
        signed = b",".join([self.bare, challenge, without])
        key = digest(salted, b"Client Key")
        signature = digest(hashlib.sha256(key).digest(), signed)
        self.expected = digest(digest(salted, b"Server Key"), signed)
        proof = bytes(one ^ other for one, other in zip(key, signature))
        return without + b",p=" + base64.b64encode(proof)

    def check(self, said):
        if base64.b64decode(said.removeprefix(b"v=")) != self.expected:
            raise ConnectionError("the server does not know the password either")


def framed(letter, body=b""):
    return letter + struct.pack("!I", len(body) + 4) + body


def digest(key, message):
    return hmac.digest(key, message, "sha256")


def text(value):
    return value.encode("utf-8", "surrogatepass") + b"\0"


def sized(value):
    if value is None:
        return struct.pack("!i", -1)
    data = value.encode()
    return struct.pack("!I", len(data)) + data


def fields_of(body):
    parts = (part for part in body.split(b"\0") if part)
    return {part[:1].decode(): part[1:].decode(errors="replace") for part in parts}


def columns_of(body):
    names, at = [], 2
    for _ in range(struct.unpack("!H", body[:2])[0]):
        end = body.index(b"\0", at)
        names.append(body[at:end].decode())
        at = end + 19
    return names


def row_of(body):
    row, at = [], 2
    for _ in range(struct.unpack("!H", body[:2])[0]):
        length = struct.unpack("!i", body[at:at + 4])[0]
        at += 4
        if length < 0:
            row.append(None)
        else:
            row.append(body[at:at + length].decode(errors="replace"))
            at += length
    return tuple(row)
