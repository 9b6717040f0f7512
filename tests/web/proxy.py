"""A proxy in front of a server, as the documentation sets it up: nginx, else one of the tests' own."""

from __future__ import annotations

import http.client
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests import machine
from tests.web.serving import answer, free_port

HOST = "leadline.example.org"
CONFIGURATION = """
daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://127.0.0.1:{behind};
      proxy_set_header Host {host};
      proxy_set_header X-Forwarded-Proto https;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }}
  }}
}}
"""


@contextmanager
def in_front_of(behind: int, folder: Path) -> Iterator[int]:
    """Port of a proxy that ends TLS, so to speak, and appends whom it is asked by. It says which it is."""
    program, port = machine.program("nginx"), free_port()
    told = (
        subprocess.run([program, "-v"], check=True, capture_output=True, text=True).stderr if program else ""
    )
    print(f"proxy: {told.strip() or 'of the tests, for nginx is not installed'}", file=sys.stderr)  # noqa: T201
    if program is None:
        with _of_our_own(port, behind):
            yield port
        return
    configuration = folder / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, port=port, behind=behind, host=HOST))
    with subprocess.Popen([program, "-c", str(configuration), "-p", str(folder)]) as process:
        try:
            answer(f"http://127.0.0.1:{port}/health/")
            yield port
        finally:
            process.terminate()


@contextmanager
def _of_our_own(port: int, behind: int) -> Iterator[None]:
    class Forward(BaseHTTPRequestHandler):
        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            before = self.headers.get("X-Forwarded-For")
            del self.headers["X-Forwarded-For"], self.headers["X-Forwarded-Proto"], self.headers["Host"]
            own = {
                "Host": HOST,
                "X-Forwarded-Proto": "https",
                "X-Forwarded-For": f"{before}, {self.client_address[0]}"
                if before
                else self.client_address[0],
                "Connection": "close",
            }
            asked = http.client.HTTPConnection("127.0.0.1", behind, timeout=60)
            asked.request(self.command, self.path, body or None, dict(self.headers.items()) | own)
            found = asked.getresponse()
            content = found.read()
            self.send_response(found.status)
            for name, value in found.getheaders():
                if name.lower() not in ("connection", "content-length", "transfer-encoding"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            asked.close()

        do_GET = do_POST = forward  # noqa: N815  the library's names

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", port), Forward) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
