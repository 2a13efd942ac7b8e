#!/bin/bash
# vm_buildah.sh RUNTIME [FLOW…]: tests buildah build and run with this runtime (--isolation oci) in the virtual machine, as
# root and as a user. flow.sh has the other options.
. "$(dirname "$0")/../flow.sh"
. "$(dirname "$0")/vm.sh"
. "$(dirname "$0")/podman/setup.sh"
. "$(dirname "$0")/podman/rootless.sh"
drivers=(systemd cgroupfs)
flows=(build build-mounts build-limits run scratch parallel rootless nothing-left)
sampled=(build run nothing-left)
cli=(buildah)

set_up() {
  make_machine
  set_up_podman
  export BUILDAH_RUNTIME=$runtime BUILDAH_ISOLATION=oci
  cat >"$work/Containerfile" <<'FILE'
FROM localhost/box AS made
ARG WORD=none
RUN echo "$WORD" >/word && test $$ = 1
WORKDIR /made
COPY --chown=1000:1001 given .
USER guest
RUN stat -c %u:%g given >/tmp/owner && id -u >>/tmp/owner
FROM localhost/box
COPY --from=made /word /tmp/owner /made/given /
RUN ["/bin/sh", "-c", "cat /word /owner /given | tr '\n' ' ' >/all"]
FILE
  mkdir -p "$work/context" && echo given >"$work/context/given"
}

# build NAME OPTION…: builds the Containerfile of that name in $work, prints the exit code.
build() {
  local file=$1
  shift
  ask_code build --network none --pull-never --layers=false -f "$work/$file" "$@" "$work/context"
}
# in_image IMAGE OPTION… -- WORD…: prints the output of a container of the image.
in_image() {
  local container options words
  container=$(buildah from --pull-never "$1") && shift
  split "$@"
  ask run --network none "${options[@]}" "$container" -- "${words[@]}"
  buildah rm "$container" >/dev/null
}

flow_build() {
  check "ARG, RUN, WORKDIR, COPY, USER, stages" "$(build Containerfile --build-arg WORD=word -t made)" 0
  check "what they made" "$(in_image made -- cat /all)" "word 1000:1001 1000 given"
  printf 'FROM localhost/box\nRUN exit 3\n' >"$work/failing"
  check "a RUN that fails" "$([ "$(build failing)" != 0 ] && echo fails)" fails
  has "its exit code" "exit status 3"
  printf 'FROM localhost/box\nRUN ["/bin/missing"]\n' >"$work/missing"
  check "a program that is not there" "$([ "$(build missing)" != 0 ] && echo fails)" fails
  has "is named" /bin/missing
  printf 'FROM localhost/box\nRUN ip -o -4 address show eth0 | grep -q inet\n' >"$work/networked"
  check "with a network" "$(ask_code build --pull-never -f "$work/networked" "$work/context")" 0
}

flow_build_mounts() {
  cat >"$work/mounting" <<'FILE'
FROM localhost/box
RUN --mount=type=bind,source=given,target=/given cat /given >/seen
RUN --mount=type=tmpfs,target=/t touch /t/x
RUN --mount=type=cache,target=/cache echo kept >/cache/x
RUN --mount=type=secret,id=word cat /run/secrets/word >>/seen && test ! -e /t/x
RUN --mount=type=cache,target=/cache cat /cache/x >>/seen
FILE
  echo hidden >"$work/word"
  check "bind, tmpfs, cache, secret" "$(build mounting --secret "id=word,src=$work/word" -t mounting)" 0
  check "what they gave" "$(in_image mounting -- cat /seen)" "given hidden kept"
}

flow_build_limits() {
  # Root without capabilities may write to /tmp, but not to /.
  cat >"$work/limited" <<'FILE'
FROM localhost/box
RUN cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/cpu.max >/tmp/seen; ulimit -n >>/tmp/seen; grep CapEff /proc/self/status >>/tmp/seen; cat /v/word >>/tmp/seen
FILE
  echo word >"$work/word"
  check "--memory, --cpu-quota, --ulimit, --cap-drop, --volume" "$(build limited --memory 64m --cpu-period 100000 --cpu-quota 50000 \
    --ulimit nofile=200:200 --cap-drop all --volume "$work/word:/v/word:ro" -t limited)" 0
  check "are kept" "$(in_image limited -- cat /tmp/seen)" "67108864 50000 100000 200 CapEff:	0000000000000000 word"
}

flow_run() {
  local c
  c=$(buildah from --pull-never localhost/box)
  check "output and pid 1" "$(ask run --network none "$c" -- sh -c 'echo "hello $$"')" "hello 1"
  check "exit code 7" "$(ask_code run --network none "$c" -- sh -c 'exit 7')" 7
  check "--user, --workingdir, --env, --hostname" "$(ask run --network none --user 1000:1001 --workingdir /tmp --env WORD=x --hostname there "$c" -- \
    sh -c 'echo $(id -u):$(id -g) $(pwd) $WORD $(hostname)')" "1000:1001 /tmp x there"
  check "a terminal" "$(in_terminal buildah run --network none --terminal "$c" -- sh -c 'tty; sleep 1; exit 5')" 5
  has "its name" /dev/pts/0
  check "standard input" "$(echo typed | buildah run --network none "$c" -- cat)" typed
  check "user namespace" "$(c2=$(buildah from --pull-never --userns-uid-map 0:200000:5000 --userns-gid-map 0:200000:5000 localhost/box); \
    ask run --network none "$c2" -- stat -c %u:%g /etc/passwd; buildah rm "$c2" >/dev/null)" 0:0
  check "rm" "$(ask_code rm "$c")" 0
}

# An image with a single program.
flow_scratch() {
  local c
  c=$(buildah from scratch)
  check "copy" "$(ask_code copy "$c" "$(command -v busybox)" /busybox)" 0
  check "run" "$(ask run --network none "$c" -- /busybox echo alone)" alone
  check "rm" "$(ask_code rm "$c")" 0
}

many() {
  limited buildah build --network none --pull-never --layers=false -f "$work/Containerfile" --build-arg WORD="$1" -t "many$1" "$work/context" &&
    return "$1"
}
flow_parallel() {
  local several=4
  [ "$kind" = oci-rt ] || several=2
  at_once "$several builds at once" $several many
}

flow_rootless() {
  be_user || { check "a user with a session" "$(cat "$work/out")" "" && return; }
  mkdir -p "/home/$user/context" && cp "$work/Containerfile" "$work/context/given" "/home/$user/context/"
  chmod 755 "$(dirname "$runtime")"
  check "build" "$(code as-user env BUILDAH_ISOLATION=oci BUILDAH_RUNTIME="$(of_user)" buildah build --network none --pull-never --build-arg WORD=mine \
    -t made "/home/$user/context")" 0
  check "what it made" "$(output as-user podman run --rm --network none made cat /all)" "mine 1000:1001 1000 given"
}
# The runtime, in a place where a user may execute it.
of_user() { [ "$kind" = oci-rt ] && echo /usr/local/bin/oci-rt || echo "$runtime"; }

flow_nothing_left() {
  check "containers" "$(ask containers -q)" ""
  check "state" "$(find /run/oci-rt /run/crun /run/runc /run/user/*/{oci-rt,crun,runc} -mindepth 1 -maxdepth 1 2>/dev/null)" ""
  check "cgroups" "$(find /sys/fs/cgroup -type d -name '*buildah*' | head)" ""
  check "processes" "$(pgrep -x buildah | tr '\n' ' ')" ""
}

run_script "$@"
