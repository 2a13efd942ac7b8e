# Flows of docker and podman: device drivers. An engine has a function `driven`, box with the driver's hooks, and
# `more_driven`, further checks.

driver_hook=/usr/local/lib/driver/driver_hook.py
# make_driver: installs the program of the hooks, their library and a file, readable by every user.
make_driver() {
  mkdir -p "$(dirname "$driver_hook")"
  install -m 755 "$here/driver_hook.py" "$driver_hook"
  cp "$(ldconfig -p | awk '/libcap.so.2/ { print $NF; exit }')" /usr/local/lib/driver/library
  echo bound >/usr/local/lib/driver/word
  # A container prints the first, and must get the second: the library is there and in the loader's cache, and the hooks
  # left their marks.
  driver_seen='wc -c </usr/lib/libcap.so.2; grep -q libcap.so.2 /etc/ld.so.cache && echo cached; cat /etc/of-driver /etc/bound'
  driver_wanted="$(wc -c </usr/local/lib/driver/library) cached proc chrooted pivoted bound"
}
# make_cdi: the same as a Container Device Interface file: a card with a device, an environment variable and a library.
make_cdi() {
  mkdir -p /etc/cdi
  cat >/etc/cdi/oci-rt-test.json <<JSON
{"cdiVersion": "0.5.0", "kind": "oci-rt.test/card",
 "devices": [{"name": "all", "containerEdits": {"env": ["CARD=all"], "deviceNodes": [{"path": "/dev/card", "hostPath": "/dev/zero"}]}}],
 "containerEdits": {
   "mounts": [{"hostPath": "/usr/local/lib/driver/library", "containerPath": "/usr/lib/libcap.so.2", "options": ["ro", "nosuid", "nodev", "bind"]}],
   "hooks": [{"hookName": "createContainer", "path": "$driver_hook", "args": ["driver_hook.py", "refresh"]}]}}
JSON
}

flow_driver() {
  check "hooks that bind, ldconfig, chroot, pivot_root" "$(driven -- /bin/sh -c "$driver_seen")" "$driver_wanted"
  mkdir -p "$work/libraries"
  check "below a volume" "$(driven -v "$work/libraries:/usr/lib" -- /bin/sh -c "$driver_seen")" "$driver_wanted"
  more_driven
  check "nothing is mounted on the machine" "$(grep -c /usr/local/lib/driver /proc/self/mountinfo)" 0
}

flow_cdi() {
  [ -e /etc/cdi ] || { skip "docker before 25 has none" && return; }
  check "--device CLASS=NAME" "$(box --device oci-rt.test/card=all -- /bin/sh -c "$driver_seen; echo \$CARD; stat -c %t:%T /dev/card")" "$driver_wanted all 1:5"
  check "without" "$(box -- /bin/sh -c 'ls -d /usr/lib/* /dev/card 2>/dev/null')" ""
}
