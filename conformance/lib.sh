# What the scripts here and .ci/run share: packages, a private root, parts with a log and totals.
# Sourced by bash scripts that have set -euo pipefail; expects $top, the top of the tree.

build=${BUILD_DIR:-$top/build}

build_packages="g++ meson ninja-build pkg-config rapidjson-dev libseccomp-dev libcap-dev
  libcxxopts-dev libboost-test-dev libsystemd-dev busybox-static"
test_packages="runc crun podman buildah conmon strace iproute2 procps python3 bsdutils debootstrap patch uidmap"

say() { printf '%s\n' "$*"; }

# install PACKAGE...: what is missing of them, quietly. Package lists may be absent or old: one
# update, when the first try fails.
install() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
      missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return 0
  say "installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  local log
  log=$(mktemp)
  apt_install "${missing[@]}" >"$log" 2>&1 ||
    { apt-get -qq update >>"$log" 2>&1 && apt_install "${missing[@]}" >>"$log" 2>&1; } ||
    { tail -n 20 "$log" >&2 && rm -f "$log" && return 1; }
  rm -f "$log"
}
apt_install() {
  apt-get -qq -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 --no-install-recommends install "$@"
}

# build_all [TARGET...]: configures once, then compiles what is not up to date.
build_all() {
  [ -f "$build/build.ninja" ] || meson setup "$build" "$top" >"$build.log" 2>&1 ||
    { cat "$build.log" >&2 && return 1; }
  rm -f "$build.log"
  ninja -C "$build" "$@" >"$build/compile.log" 2>&1 || { tail -n 60 "$build/compile.log" >&2 && return 1; }
}

# in_private_root "$0" "$@": starts the script again in a mount namespace of its own that has what a
# container runtime needs. A tree entered with a bare chroot has no /proc, no cgroups, and a root
# that is no mount point, so pivot_root(2) fails there. Nothing is changed outside.
in_private_root() {
  [ "${OCI_RT_PRIVATE_ROOT:-}" = 1 ] && return 0
  export OCI_RT_PRIVATE_ROOT=1
  cd /
  exec unshare --mount --propagation unchanged -- perl "$top/conformance/private_mounts.pl" \
    bash "$top/conformance/private_root.sh" "$@"
}

# part NAME SECONDS COMMAND...: runs it with its log in $build/logs, adds up its closing line
# "N passed, N failed, N skipped", shows what went wrong. A command without such a line counts as one.
passed=0 failed=0 skipped=0
part() {
  local name=$1 seconds=$2 began=$SECONDS status=0 log closing
  shift 2
  log=$build/logs/$name.log
  mkdir -p "$build/logs"
  timeout --kill-after=20 "$seconds" "$@" >"$log" 2>&1 </dev/null || status=$?
  closing=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$log" | tail -n 1) || true
  if [ -n "$closing" ]; then
    local counts
    read -r -a counts <<<"${closing//[^0-9 ]/}"
    passed=$((passed + counts[0])) failed=$((failed + counts[1])) skipped=$((skipped + counts[2]))
    [ "$status" = 0 ] || [ "${counts[1]}" -gt 0 ] || failed=$((failed + 1))
  elif [ "$status" = 0 ]; then
    passed=$((passed + 1)) closing="ok"
  else
    failed=$((failed + 1)) closing="failed"
  fi
  printf '%-32s %4d s  %s\n' "$name" $((SECONDS - began)) "$closing"
  [ "$status" = 0 ] && return 0
  [ "$status" = 124 ] && say "  $name took longer than $seconds s"
  say "  exit code $status; the whole log is $log; its failures or its end:"
  { grep -E '^(not ok|FAIL)|^[^#].*(error:|: error|fatal)' "$log" | head -n 60 ||
    tail -n 40 "$log"; } | cut -c1-400 | sed 's/^/  | /'
}

# together LANE...: functions that have parts, side by side, as they mostly wait. What they print comes
# when all of them have ended.
together() {
  local lane counts=()
  for lane in "$@"; do
    (
      passed=0 failed=0 skipped=0
      "$lane"
      say "totals of a lane: $passed $failed $skipped"
    ) >"$build/logs/$lane.lane" 2>&1 &
  done
  wait
  for lane in "$@"; do
    read -r -a counts < <(sed -n 's/^totals of a lane: //p' "$build/logs/$lane.lane") || counts=(0 1 0)
    sed '/^totals of a lane: /d' "$build/logs/$lane.lane"
    passed=$((passed + counts[0])) failed=$((failed + counts[1])) skipped=$((skipped + counts[2]))
  done
}

# The closing line, and an exit code to go with it.
close_report() {
  say "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" = 0 ]
}
