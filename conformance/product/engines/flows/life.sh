# Flows of docker and podman: the lifecycle of a container, processors.

flow_pause() {
  begin still -- /bin/sh -c 'while :; do date +%s%N >/tmp/now; sleep 0.1; done'
  check "pause" "$(ask_code pause still)" 0
  check "status" "$(status still)" paused
  check "the kernel's word" "$(awk '$1 == "frozen" { print $2 }' "$(cgroup_of_process still)/cgroup.events")" 1
  fails "exec in it fails" "${cli[@]}" exec still /bin/true
  [ "$engine" != docker ] || has "and says so" paused
  check "unpause" "$(ask_code unpause still)" 0
  check "it goes on" "$(ask exec still /bin/echo on)" on
  check "pause: again" "$(ask_code pause still)" 0
  [ "$engine" != docker ] || check "stop of a paused one" "$(ask_code stop -t 1 still)" 0
  end still
}

# All at once, each with its output and code.
many() {
  local said code
  said=$(limited "${cli[@]}" run --rm "${common[@]}" "${image[@]}" /bin/sh -c "echo $1; exit $1" 2>&1)
  code=$?
  echo "$said"
  [ "$said" = "$1" ] && return $code
}
flow_parallel() {
  local several=20
  [ "$engine" = docker ] || { [ -z "$sample" ] && [ "$kind" = oci-rt ]; } || several=6
  at_once "$several at once" $several many
}

# check_processors COMMAND…: the engine, or its client, which COMMAND starts, is pinned to a processor, but a container is
# not.
check_processors() {
  local cli=("$@" "${cli[@]}")
  check "run: all processors" "$(box -- /bin/nproc)" "$(nproc)"
  [ -n "${OCI_RT_WITHOUT_LIMITS:-}" ] || check "run --cpuset-cpus: those" "$(box --cpuset-cpus 1 -- /bin/awk '/^Cpus_allowed_list/ { print $2 }' /proc/self/status)" 1
  check "exec: all processors" "$(ask exec wide /bin/nproc)" "$(nproc)"
}
