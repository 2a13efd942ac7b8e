# The words of the flows for engines with docker's command line: docker, podman. Sourced after flow.sh. A script sets
# `cli`, the engine with its options, and perhaps these.
common=(--network none)  # options of every container
image=(box)              # the image of a container, or its root filesystem
forced=()                # options of rm -f

# box OPTION… -- WORD…: prints the output of a new container. box_code: its exit code.
box() {
  local options words
  split "$@"
  ask run --rm "${common[@]}" "${options[@]}" "${image[@]}" "${words[@]}"
}
box_code() {
  local options words
  split "$@"
  ask_code run --rm "${common[@]}" "${options[@]}" "${image[@]}" "${words[@]}"
}
# from IMAGE OPTION… -- WORD…: box of another image.
from() {
  local image=("$1")
  shift
  box "$@"
}
# begin NAME OPTION… -- WORD…: starts a container in the background. Its id is in $id.
begin() {
  local name=$1 options words
  shift
  split "$@"
  id=$(ask run -d --name "$name" "${common[@]}" "${options[@]}" "${image[@]}" "${words[@]}")
  check "run -d of $name" "$([ ${#id} = 64 ] || cat "$work/out")" ""
}
# end NAME: removes it by force and checks for leftovers.
end() {
  local id
  id=$(field "$1" .Id)
  check "rm -f of $1" "$(ask_code rm -f "${forced[@]}" "$1")" 0
  left "${id:-$1}"
}
# field NAME .FIELD: of inspect.
field() { ask inspect --format "{{$2}}" "$1"; }
status() { field "$1" .State.Status; }
has_field() { [ "$(field "$1" "$2")" = "$3" ]; }
logs_have() { "${cli[@]}" logs "$1" 2>&1 | grep -qF -- "$2"; }
# cgroup_of_process NAME: the cgroup of the first process of a container, below /sys/fs/cgroup.
cgroup_of_process() { echo "/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$(field "$1" .State.Pid)/cgroup")"; }
