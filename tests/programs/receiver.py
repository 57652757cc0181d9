"""A receiver of webhooks on this machine that does as told: answer, refuse, be slow, drop."""

import http.server
import json
import threading
import time


class Receiver:
    """`received` is what arrived: (event id, sequence, kind), in order. `says` is the next answers.

    An entry of `says` is a status, (status, headers, body), or a function of the handler; when none
    is left, everything is answered with 204.
    """

    def __init__(self):
        self.received, self.posts, self.says, self.connections = [], [], [], 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                outer.connections += 1
                super().setup()

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.posts.append((self.path, dict(self.headers), body))
                fact = json.loads(body)
                outer.received.append((fact["id"], fact["sequence"], fact["kind"]))
                answer = outer.says.pop(0) if outer.says else 204
                if callable(answer):
                    answer(self)
                    return
                status, headers, text = answer if isinstance(answer, tuple) else (answer, {}, b"")
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_words):
                """Silence."""

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, _request, _address):
                """A dropped line is what was asked for."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.address = f"http://127.0.0.1:{self.port}/hook"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def __enter__(self):
        return self

    def __exit__(self, *_trouble):
        self.stop()


def drop(handler):
    """Hang up without a word."""
    handler.close_connection = True
    handler.connection.close()


def trickle(seconds):
    """An answer that never comes to its end within `seconds`."""

    def answer(handler):
        handler.close_connection = True
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            handler.wfile.write(b".")
            handler.wfile.flush()
            time.sleep(0.05)

    return answer


def nonsense(handler):
    """Something that isn't the web."""
    handler.close_connection = True
    handler.wfile.write(b"SSH-2.0-OpenSSH_9.9\r\n")
