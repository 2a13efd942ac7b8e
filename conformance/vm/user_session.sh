#!/bin/bash
# user_session.sh RUNTIME: an ordinary user with a systemd of their own, as whoever logs in has: what
# it delegates is where limits hold. Runs in the virtual machine; its last line is "N passed, N failed,
# N skipped".
set -uo pipefail
runtime=$(realpath "${1:?usage: $0 RUNTIME}") || exit 2
uid=12345 home=/home/ocirt
run_directory=/run/user/$uid
[ "$(cat /proc/1/comm)" = systemd ] && command -v loginctl >/dev/null || {
  echo "systemd is not pid 1" && echo "0 passed, 0 failed, 1 skipped"
  exit 0
}
grep -q "^ocirt:" /etc/passwd || echo "ocirt:x:$uid:$uid::$home:/bin/bash" >>/etc/passwd
grep -q "^ocirt:" /etc/group || echo "ocirt:x:$uid:" >>/etc/group
grep -q "^ocirt:" /etc/shadow || echo "ocirt:*:20000:0:99999:7:::" >>/etc/shadow
mkdir -p $home/web1/rootfs/bin
for applet in sh sleep cat; do cp "$(command -v busybox)" $home/web1/rootfs/bin/$applet; done
cp "$runtime" $home/oci-rt
chown -R $uid:$uid $home
loginctl enable-linger ocirt
for _ in $(seq 300); do
  [ -S $run_directory/systemd/private ] && break
  sleep 0.2
done

good=0 bad=0
# check WHAT SEEN WANTED
check() {
  if [ "$2" = "$3" ]; then
    good=$((good + 1)) && echo "ok - $1"
  else
    bad=$((bad + 1)) && echo "not ok - $1: '$2', not '$3'"
  fi
}
# user COMMAND...: in their name, its output in $said.
user() {
  said=$(cd $home && timeout 120 setpriv --reuid $uid --regid $uid --clear-groups env -i HOME=$home USER=ocirt \
    XDG_RUNTIME_DIR=$run_directory PATH=$home:/usr/bin:/bin "$@" 2>&1 </dev/null)
}
scope="systemd-run --user --scope --quiet -p Delegate=yes"
# config RESOURCES SCRIPT
config() {
  rm -f $home/web1/config.json
  user oci-rt spec --bundle web1
  python3 - "$@" <<'EDIT'
import json, sys
path = "/home/ocirt/web1/config.json"
config = json.load(open(path))
config["process"]["terminal"] = False
config["process"]["args"] = ["sh", "-c", sys.argv[2]]
config["linux"]["resources"] = json.loads(sys.argv[1])
json.dump(config, open(path, "w"))
EDIT
  chown $uid:$uid $home/web1/config.json
}
both='{"memory": {"limit": 67108864}, "pids": {"limit": 50}}'
show="cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max"

config "$both" "$show"
user oci-rt run web1
check "limits without a delegated cgroup are refused" "${said%%:*}" "oci-rt"
case $said in *"systemd-run --user --scope -p Delegate=yes"*) told=yes ;; *) told=$said ;; esac
check "and how to get one is told" "$told" yes
user $scope oci-rt run web1
check "in a scope of the user's, limits hold" "$said" $'67108864\n50'
said=$(systemd-run --quiet --wait --pipe --uid=$uid -p Delegate=yes -E XDG_RUNTIME_DIR=$run_directory \
  --working-directory=$home $home/oci-rt run web1 2>&1)
check "in a unit of the machine's that is theirs, limits hold" "$said" $'67108864\n50'

config "$both" "exec sleep 1000"
# What it runs has its streams, and would keep ours open.
user sh -c "$scope oci-rt run --detach --bundle web1 web1 >/dev/null 2>&1; echo \$?"
check "run --detach" "$said" 0
user cat "/proc/$(grep -o '"pid":[0-9]*' $run_directory/oci-rt/web1/record.json | cut -d: -f2)/cgroup"
case $said in *"/user@$uid.service/"*".scope/web1") below=yes ;; *) below=$said ;; esac
check "its cgroup is below the scope's" "$below" yes
user oci-rt exec web1 sh -c 'echo inside'
check "exec, from outside of the scope" "$said" inside
user oci-rt update --pids-limit 60 web1
check "update" "$said" ""
user oci-rt pause web1
user sh -c 'oci-rt list | grep -c paused'
check "pause" "$said" 1
user oci-rt resume web1
user oci-rt ps --format json web1
check "ps" "$(printf '%s' "$said" | tr -d '0-9')" "[]"
user oci-rt delete --force web1
check "delete" "$said" ""
check "no cgroup is left" "$(find /sys/fs/cgroup/user.slice -name web1 -o -name oci-rt.caller)" ""

config '{}' 'echo without'
user oci-rt run web1
check "without limits, by hand" "$said" without
loginctl disable-linger ocirt
echo "$good passed, $bad failed, 0 skipped"
[ "$bad" = 0 ]
