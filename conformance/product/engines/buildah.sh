#!/bin/bash
# buildah.sh RUNTIME [FLOW…]: tests buildah run with this runtime, in an image made from scratch. Its storage is in a
# temporary directory. flow.sh has the other options.
. "$(dirname "$0")/../flow.sh"
. "$(dirname "$0")/machine.sh"
flows=(run terminal remove)

set_up() {
  make_machine
  export BUILDAH_ISOLATION=oci BUILDAH_RUNTIME=$runtime
  cli=(buildah --root "$work/storage" --runroot "$work/runroot" --storage-driver vfs)
  container=$(ask from scratch)
  [ -n "$container" ] || { fail "from scratch: $(cat "$work/errors")" ; close_script; exit 1; }
  ask_code copy --quiet "$container" "$rootfs" / >/dev/null
  in_it=(run --runtime "$runtime" --network none)
}
# in_it OPTION… -- WORD…: prints the output of the program. in_it_code: its exit code.
in_it() {
  local options words
  split "$@"
  ask "${in_it[@]}" "${options[@]}" "$container" -- "${words[@]}"
}
in_it_code() { ask_code "${in_it[@]}" "$container" -- "$@"; }

flow_run() {
  check "exit code 0" "$(in_it_code /bin/sh -c 'echo "hello $$"')" 0
  has "output and pid 1" "hello 1"
  check "exit code 7" "$(in_it_code /bin/sh -c 'exit 7')" 7
  fails "a missing program fails" "${cli[@]}" "${in_it[@]}" "$container" -- /bin/missing
  check "writes to the image" "$(in_it_code /bin/sh -c 'echo made > /made')" 0
  check "and finds it again" "$(in_it -- /bin/cat /made)" made
  check "user" "$(in_it --user 1000:1001 -- /bin/sh -c 'id -u; id -g')" "1000 1001"
  check "standard input" "$(echo typed | "${cli[@]}" "${in_it[@]}" "$container" -- /bin/cat)" typed
  mkdir -p "$work/volume" && echo shared >"$work/volume/file"
  check "a volume" "$(in_it -v "$work/volume:/volume:ro" -- /bin/cat /volume/file)" shared
}

flow_terminal() {
  flow="run --terminal"
  check "exit code" "$(in_terminal "${cli[@]}" "${in_it[@]}" --terminal "$container" -- /bin/sh -c 'tty; sleep 0.5; exit 5')" 5
  has "a terminal" /dev/
}

flow_remove() {
  flow=
  check "no state is left" "$(find /run -maxdepth 3 -name 'buildah*' -path '*/oci-rt/*' 2>/dev/null)" ""
  flow="rm"
  check "exit code" "$(ask_code rm "$container")" 0
}

run_script "$@"
