"""pg_proxy.py LISTEN SERVER WHEN MODE - between a client and a PostgreSQL server, both Unix sockets. The WHEN-th COMMIT that passes is
the one: MODE `answer` lets it through and cuts both sides before the answer comes back, `question` cuts them before the server sees it.
Everything else passes; later connections, too. WHEN counts over all connections."""
import os, socket, sys, threading

listen, server, when, mode = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
seen = [0]
lock = threading.Lock()


def cut(*sockets):
    for s in sockets:
        try: s.shutdown(socket.SHUT_RDWR)
        except OSError: pass


def client(c):
    s = socket.socket(socket.AF_UNIX)
    s.connect(server)
    held = threading.Event()

    def answers():
        try:
            while data := s.recv(65536):
                if held.is_set():
                    break
                c.sendall(data)
        except OSError:
            pass
        cut(c, s)
    threading.Thread(target=answers, daemon=True).start()
    try:
        while data := c.recv(65536):
            if data.endswith(b'Q\x00\x00\x00\x0bCOMMIT\x00'):
                with lock:
                    seen[0] += 1
                    mine = seen[0] == when
                if mine and mode == 'question':
                    break
                if mine:
                    held.set()
            s.sendall(data)
    except OSError:
        pass
    if not held.is_set():
        cut(c, s)


l = socket.socket(socket.AF_UNIX)
l.bind(listen)
os.chmod(listen, 0o777)
l.listen(20)
while True:
    threading.Thread(target=client, args=(l.accept()[0],), daemon=True).start()
