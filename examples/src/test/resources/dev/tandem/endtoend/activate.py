"""Does what systemd does for a socket unit: opens a socket and starts a command that finds it as descriptor 3.

    activate.py (tcp | PATH) COMMAND...

SIGHUP ends the command and starts it again, SIGTERM ends it for good. The socket blocks, as systemd leaves it by default.
"""

import os
import signal
import socket
import sys

SIGNALS = {signal.SIGHUP, signal.SIGTERM, signal.SIGCHLD}


def listen(where):
    if where == "tcp":
        return socket.create_server(("127.0.0.1", 0), backlog=1024)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(where)
    listener.listen(1024)
    return listener


def start(listener, command):
    child = os.fork()
    if child == 0:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        os.dup2(listener.fileno(), 3)
        # It may have been descriptor 3 all along, and is closed at exec then.
        os.set_inheritable(3, True)
        os.environ["LISTEN_FDS"] = "1"
        os.environ["LISTEN_PID"] = os.environ.get("WRONG_PID", str(os.getpid()))
        os.execvp(command[0], command)
    return child


def end(child):
    os.kill(child, signal.SIGTERM)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main():
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    listener = listen(sys.argv[1])
    command = sys.argv[2:]
    child = start(listener, command)
    while True:
        received = signal.sigwait(SIGNALS)
        if received == signal.SIGHUP:
            code = end(child)
            if code != 0:
                sys.exit(code)
            child = start(listener, command)
        elif received == signal.SIGTERM:
            sys.exit(end(child))
        elif os.waitpid(child, os.WNOHANG)[0] == child:
            sys.exit(2)


main()
