"""A web server on the loopback interface that has every fault that downloads meet.

The first part of a path chooses the behaviour, the rest names a file of `server.files`:
  ranges     an orderly server: ranges, entity tags
  no-ranges  always the whole file
  no-length  the whole file in chunks, its length not said
  drops      ranges, but every answer ends after `server.bites` bytes of what was announced
  drops-all  the same without ranges
  stalls     ranges, but nothing comes of what lies behind the file's first `server.bites` bytes
  longer     announces 1000 bytes more than there are
  shorter    announces 1000 bytes fewer than there are
  shifted    answers every range with the one behind it
  changes    ranges, but another file and tag at every request
  retags     ranges, with another tag for the same file at every request
  busy       503 to the first request, then orderly
  moved      302 to ranges
  circle     302 to itself
  slow       ranges, about 1 MB a second
  missing    404
  page       200 and a web page
"""
import http.server
import re
import socket
import threading
import time


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except ConnectionError:  # the client has left
            self.close_connection = True

    def do_GET(self):
        server = self.server
        server.requests.append((self.path, self.headers.get("Range")))
        path = re.sub("^http://[^/]*", "", self.path)  # as a proxy gets it
        _, kind, name = path.split("/", 2)
        count = server.counts[kind] = server.counts.get(kind, 0) + 1
        if kind == "missing" or name not in server.files:
            return self.send_short(404)
        if kind == "busy" and count == 1:
            return self.send_short(503)
        if kind in ("moved", "circle"):
            return self.send_short(302, ("circle/" if kind == "circle" else "ranges/") + name)
        content, tag = server.files[name], '"%s"' % name
        if kind == "page":
            content = b"<!DOCTYPE html><html><title>Please log in</title></html>"
        if kind == "changes":
            content, tag = content + bytes(count), '"%d"' % count

        if kind == "retags":
            tag = '"%d"' % count
        first, last, status = 0, len(content) - 1, 200
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if asked and self.headers.get("If-Range", tag) == tag and kind not in ("no-ranges", "no-length", "drops-all", "page"):
            first, status = int(asked[1]), 206
            last = min(int(asked[2] or last), last)
            if first > last:
                return self.send_short(416)
        if kind == "shifted" and status == 206:
            first += 100
        body = content[first:last + 1]

        self.send_response(status)
        if status == 206:
            self.send_header("Content-Range", "bytes %d-%d/%d" % (first, last, len(content)))
        if kind != "no-ranges":
            self.send_header("ETag", tag)
        if kind == "no-length":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for at in range(0, len(body), 50000):
                piece = body[at:at + 50000]
                self.send(b"%x\r\n" % len(piece) + piece + b"\r\n")
            return self.send(b"0\r\n\r\n")
        announced = len(body) + {"longer": 1000, "shorter": -1000}.get(kind, 0)
        self.send_header("Content-Length", str(max(announced, 0)))
        self.end_headers()
        if kind in ("drops", "drops-all") and len(body) > server.bites:
            self.send(body[:server.bites])
            return self.drop()
        if kind == "stalls" and last >= server.bites:
            self.send(body[:max(server.bites - first, 0)])
            server.closing.wait(30)
            return self.drop()
        if kind == "shorter":
            body = body[:max(announced, 0)]
        if kind == "slow":
            for at in range(0, len(body), 10000):
                self.send(body[at:at + 10000])
                time.sleep(0.01)
        else:
            self.send(body)
        if kind == "longer":
            self.drop()

    def send(self, data):
        self.server.sent += len(data)
        self.wfile.write(data)

    def send_short(self, status, location=None):
        self.send_response(status)
        if location:
            self.send_header("Location", "/" + location)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"sorry")

    def drop(self):
        self.wfile.flush()
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


class FaultyServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, files, context=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = files
        self.requests, self.counts, self.sent, self.bites = [], {}, 0, 100000
        self.closing = threading.Event()
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def url(self, path, scheme="http"):
        return "%s://127.0.0.1:%d/%s" % (scheme, self.server_port, path)

    def handle_error(self, *_):  # a failed TLS handshake
        pass

    def close(self):
        self.closing.set()
        self.shutdown()
        self.server_close()
