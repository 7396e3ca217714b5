#!/bin/sh
# Starts a Redis server or a sentinel.  Sentinels rewrite both configurations: they lie in the data folder, and are made
# there at the first start only, so that a server that comes back knows who is master now.
# STORE_ADDRESS: this host; REDIS_FIRST: whoever is master at the very first start; REDIS_DATA, REDIS_AUTH: for tests.
set -eu
umask 077
data="${REDIS_DATA:-/data}"
auth="${REDIS_AUTH:-/run/secrets/redis-auth.conf}"  # requirepass and masterauth, the same on all hosts
config="$data/$1.conf"
port="${REDIS_PORT:-6379}"
sentinel_port="${SENTINEL_PORT:-26379}"

server() {
  cat <<END
include $auth
bind $STORE_ADDRESS
port $port
dir $data
replica-announce-ip $STORE_ADDRESS
bind-source-addr $STORE_ADDRESS
appendonly yes
appendfsync everysec
save ""
repl-diskless-sync-delay 0
repl-ping-replica-period 1
min-replicas-to-write 1
min-replicas-max-lag 3
END
  [ "$STORE_ADDRESS" = "$REDIS_FIRST" ] || echo "replicaof $REDIS_FIRST $port"
}

sentinel() {  # it asks for the same password as the servers: whoever may command it moves the master
  cat <<END
bind $STORE_ADDRESS
port $sentinel_port
dir $data
sentinel announce-ip $STORE_ADDRESS
sentinel monitor trunkline $REDIS_FIRST $port 2
$(sed -n 's/^requirepass \(.*\)/requirepass \1\nsentinel sentinel-pass \1\nsentinel auth-pass trunkline \1/p' "$auth")
sentinel down-after-milliseconds trunkline 1500
sentinel failover-timeout trunkline 6000
sentinel parallel-syncs trunkline 2
END
}

case "$1" in
  server)
    # A master that is back before the sentinels have missed it (1.5 s), with less on disk than it had in memory, takes
    # its replicas back with it.
    if [ -e "$config" ]; then sleep 4; else server >"$config"; fi
    exec redis-server "$config" ;;
  sentinel) [ -e "$config" ] || sentinel >"$config"; exec redis-server "$config" --sentinel ;;
  *) echo "usage: $0 server|sentinel" >&2; exit 2 ;;
esac
