"""What Windows lacks: modules, and functions of others."""

import os
import select
import signal
from types import ModuleType

MODULES = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
CALLS: dict[ModuleType, tuple[str, ...]] = {
    os: (
        *("fork", "forkpty", "setsid", "getpgid", "setpgid", "killpg", "waitpid", "wait", "register_at_fork", "mkfifo"),
        *("sched_getaffinity", "set_blocking", "getuid", "geteuid", "chown", "fchmod", "nice", "pidfd_open", "uname"),
    ),
    select: ("poll", "epoll"),
    signal: ("alarm", "setitimer", "pause", "sigwait", "pthread_sigmask"),
}
