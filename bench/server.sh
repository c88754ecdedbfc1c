# shellcheck shell=bash
# A server to measure: its own configuration, a free port, an end in any case. Sourced by bench/run
# and ci/load after ci/env.sh.

# startServer PROGRAM FOLDER: sets $server_pid and $server_url.
startServer() {
  local port
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  printf '{"mediaServer": {"net": {"websocket": {"address": "127.0.0.1", "port": %s}}}}\n' "$port" >"$2/kurento.conf.json"
  "$1" --conf-file="$2/kurento.conf.json" >"$2/server.log" 2>&1 &
  export server_pid=$! server_url=ws://127.0.0.1:$port/kurento
  for _ in {1..100}; do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return
    kill -0 "$server_pid" 2>/dev/null || break
    sleep 0.1
  done
  echo 'the server does not start:' >&2
  tail -n 20 "$2/server.log" >&2
  return 1
}

stopServer() {
  [ -n "${server_pid:-}" ] || return 0
  kill "$server_pid" 2>/dev/null || true
  wait "$server_pid" 2>/dev/null || true
  server_pid=
}
