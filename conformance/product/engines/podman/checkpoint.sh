# Flows of vm_podman.sh: checkpoint and restore.

# saved NAME: the status, and whether podman has its images.
saved() { field "$1" '.State.Status}} {{.State.Checkpointed'; }

flow_checkpoint() {
  can_checkpoint || return
  begin c1 -- sh -c "$counter"
  counted c1
  local cgroup
  cgroup=$(cgroup_of_process c1)
  check "container checkpoint" "$(ask_code container checkpoint c1)" 0
  check "its state" "$(saved c1)" "exited true"
  check "its cgroup is gone" "$(ls -d "$cgroup" 2>/dev/null)" ""
  restored "container restore" c1 container restore c1
  check "its cgroup" "$(cgroup_of_process c1)" "$cgroup"
  check "pause, unpause" "$(ask_code pause c1)$(ask_code unpause c1)" 00
  goes_on "then it goes on" c1
  check "top" "$(ask top c1 comm | cut -d' ' -f1-2)" "COMMAND sh"
  check "checkpoint --leave-running" "$(ask_code container checkpoint --leave-running c1)" 0
  check "it is left running" "$(status c1)" running
  goes_on "it goes on meanwhile" c1
  check "checkpoint --keep" "$(ask_code container checkpoint --keep c1)" 0
  restored "restore --keep" c1 container restore --keep c1
  check "stop" "$(ask_code stop -t 1 c1)" 0
  check "start: from the beginning" "$(ask_code start c1)$(until_true begun_twice c1 && echo again)" 0again
  end c1
}
begun_twice() { [ "$(inside "$1" wc -l /tmp/begun)" = "2 /tmp/begun" ]; }

# Images in a file, for another container or another machine.
flow_checkpoint_export() {
  can_checkpoint || return
  begin c2 --hostname box -- sh -c "$counter"
  counted c2
  local file=$work/exported.tar.gz
  check "checkpoint --export" "$(ask_code container checkpoint --export "$file" c2)" 0
  check "rm" "$(ask_code rm c2)" 0
  restored "restore --import" c2 container restore --import "$file"
  check "its hostname" "$(inside c2 hostname)" box
  then=20
  restored "restore --import --name" c3 container restore --import "$file" --name c3
  end c3
  end c2
  rm -f "$file"
  can_track_memory || { skip "Linux $(uname -r) does not track changed memory" && return; }
  begin c4 -- sh -c "$counter"
  counted c4
  check "checkpoint --pre-checkpoint" "$(ask_code container checkpoint --pre-checkpoint c4)" 0
  check "it runs" "$(status c4)" running
  goes_on "and goes on" c4
  check "checkpoint --with-previous" "$(ask_code container checkpoint --with-previous c4)" 0
  restored "container restore" c4 container restore c4
  end c4
}

# A connection, a lock, a volume, a tmpfs, a terminal.
flow_checkpoint_parts() {
  can_checkpoint || return
  mkdir -p "$work/kept"
  begin c5 -t -v "$work/kept:/kept" -v /usr:/usr:ro --tmpfs /fast --memory 100m -- sh -c 'echo kept >/fast/file
    sleep 1000 | nc -l -p 9999 >/tmp/got & sleep 1
    /usr/bin/flock /tmp/lock sleep 1000 &
    (while :; do echo x; sleep 0.1; done) | nc 127.0.0.1 9999 &
    echo begun >>/tmp/begun; while :; do wc -l </tmp/got >/tmp/m; mv /tmp/m /tmp/n; sleep 0.1; done'
  counted c5
  fails "a connection without --tcp-established fails" podman container checkpoint --file-locks c5
  goes_on "it goes on" c5
  fails "a lock without --file-locks fails" podman container checkpoint --tcp-established c5
  goes_on "it goes on" c5
  check "checkpoint --tcp-established --file-locks" "$(ask_code container checkpoint --tcp-established --file-locks c5)" 0
  restored "restore --tcp-established --file-locks" c5 container restore --tcp-established --file-locks c5
  check "the lock is held" "$(ask_code exec c5 /usr/bin/flock -n /tmp/lock true)" 1
  check "the tmpfs" "$(inside c5 cat /fast/file)" kept
  check "the volume" "$(inside c5 touch /kept/made && ls "$work/kept")" made
  check "memory.max" "$(cgroup_file "$(field c5 .Id)" memory.max)" "$([ -n "${OCI_RT_WITHOUT_LIMITS:-}" ] || echo 104857600)"
  check "exec -it" "$(in_terminal podman exec -it c5 sh -c 'test -t 0 && exit 5')" 5
  end c5
}
