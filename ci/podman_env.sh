# shellcheck shell=bash
# podman on machines where it has no systemd, hybrid cgroups, or limits that cannot be raised. Images
# and containers are in the folder MS_CONTAINERS, which is absolute, and short: sockets lie in it.
export CONTAINERS_CONF=$MS_CONTAINERS/containers.conf CONTAINERS_STORAGE_CONF=$MS_CONTAINERS/storage.conf
if [ ! -f "$CONTAINERS_CONF" ]; then
  cat >"$CONTAINERS_CONF" <<CONF
[containers]
default_ulimits = ["nofile=$(ulimit -Hn):$(ulimit -Hn)", "nproc=4096:4096"]
[network]
network_backend = "netavark"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
CONF
  cat >"$CONTAINERS_STORAGE_CONF" <<CONF
[storage]
driver = "overlay"
graphroot = "$MS_CONTAINERS/graph"
runroot = "$MS_CONTAINERS/run"
CONF
fi

# What a container of the image can do without.
# shellcheck disable=SC2034 # used by who sources this
kRestrictions=(--read-only --tmpfs /tmp:size=64m --cap-drop=ALL --security-opt=no-new-privileges)
