#!/bin/bash
# buildah.sh RUNTIME: tests buildah run with this runtime, in an image made from scratch. Its storage is in a temporary
# directory. Ends "N passed, N failed, N skipped".
. "$(dirname "$0")/common.sh"

buildah() {
  command buildah --root "$work/storage" --runroot "$work/runroot" --storage-driver vfs "$@"
}
export BUILDAH_ISOLATION=oci BUILDAH_RUNTIME=$runtime
cat >"$work/policy.json" <<'POLICY'
{"default": [{"type": "insecureAcceptAnything"}]}
POLICY

container=$(buildah from scratch) || { bad=1 && close_engine && exit 1; }
buildah copy --quiet "$container" "$rootfs" / >/dev/null
in_it=(buildah run --runtime "$runtime" --network none)

run_code() {
  "${in_it[@]}" "$@" >"$work/out" 2>&1 </dev/null
  echo $?
}
check "run: exit code 0" "$(run_code "$container" -- /bin/sh -c 'echo "hello $$"')" 0
has "run: output and pid 1" "$work/out" "hello 1"
check "run: exit code 7" "$(run_code "$container" -- /bin/sh -c 'exit 7')" 7
check "run: a missing program fails" "$([ "$(run_code "$container" -- /bin/missing)" != 0 ] && echo yes)" yes
check "run: writes to the image" "$(run_code "$container" -- /bin/sh -c 'echo made > /made')" 0
check "run: and finds it again" "$("${in_it[@]}" "$container" -- /bin/cat /made)" made
check "run: user" "$("${in_it[@]}" --user 1000:1001 "$container" -- /bin/sh -c 'id -u; id -g' | tr '\n' ' ')" "1000 1001 "
check "run: standard input" "$(echo typed | "${in_it[@]}" "$container" -- /bin/cat)" typed
mkdir -p "$work/volume" && echo shared >"$work/volume/file"
check "run: a volume" "$("${in_it[@]}" -v "$work/volume:/volume:ro" "$container" -- /bin/cat /volume/file)" shared
timeout 60 script -qec "BUILDAH_RUNTIME=$runtime buildah --root $work/storage --runroot $work/runroot --storage-driver vfs run --network none --runtime $runtime --terminal $container -- /bin/sh -c 'tty; sleep 0.5; exit 5'" /dev/null \
  >"$work/out" 2>&1 </dev/null
check "run --terminal: exit code" "$?" 5
has "run --terminal: a terminal" "$work/out" /dev/
check "no state is left" "$(find /run -maxdepth 3 -name 'buildah*' -path '*/oci-rt/*' 2>/dev/null)" ""
check "rm: exit code" "$(buildah rm "$container" >/dev/null 2>&1; echo $?)" 0
close_engine
