"""The web server: gunicorn with threads, started by ``leadline serve``."""

from __future__ import annotations

import gc
import os

from django.urls import resolve
from gunicorn.app.base import BaseApplication
from gunicorn.config import Config
from gunicorn.glogging import Logger

from leadline.web.project.environment import Environment
from leadline.web.project.keeper import end_with_keeper
from leadline.web.project.logs import take_everything
from leadline.web.project.wsgi import application


class Log(Logger):  # type: ignore[misc]  # gunicorn carries no types
    """Gunicorn's log goes through ours: of its own it would write addresses."""

    def setup(self, cfg: Config) -> None:
        """Without a handler of its own."""
        super().setup(cfg)
        self.error_log.propagate = True


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn carries no types
    """Leadline under gunicorn."""

    def load_config(self) -> None:
        """Few processes, many threads; no access log, which would tell who opened which form when."""
        number, environment = min(2, os.cpu_count() or 1), Environment(os.environ)
        options = {
            "bind": os.environ["LEADLINE_BIND"],
            "worker_class": "gthread",
            "workers": environment.number("WORKERS", number, least=1),
            "threads": environment.number("THREADS", 8, least=1),
            # Longer than a rater thinks about an answer, so that the next one needs no new connection.
            "keepalive": 30,
            "timeout": 60,
            "graceful_timeout": 20,
            "max_requests": 20_000,
            "max_requests_jitter": 2_000,
            # Who asks, and how, is read by Django alone: no header changes what gunicorn says of a request.
            "forwarded_allow_ips": "",
            # Processes of a server that was killed hold the port until they notice; the next need not wait.
            "reuse_port": True,
            "accesslog": None,
            "errorlog": None,
            "logger_class": Log,
            "loglevel": "warning",
            "control_socket_disable": True,
            "preload_app": True,
            "proc_name": "leadline",
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> object:
        """The application, its pages loaded before the processes part, so that they share the memory."""
        resolve("/sign-in/")
        gc.freeze()
        return application


if __name__ == "__main__":
    take_everything()
    end_with_keeper()
    Server().run()
