# The drivers of devices: hooks, a library and a card for the flows about them. Sourced after vm_common.sh; sets
# $driver_hook, the hooks' program.

driver_hook=/usr/local/lib/driver/driver_hook.py
# make_driver: the hooks' program, the library that they give, a word, where every user can read them.
make_driver() {
  mkdir -p "$(dirname $driver_hook)"
  install -m 755 "$here/driver_hook.py" $driver_hook
  cp "$(ldconfig -p | awk '/libcap.so.2/ { print $NF; exit }')" /usr/local/lib/driver/library
  echo bound >/usr/local/lib/driver/word
  # A container prints the first and has to get the second: the library is there and in the loader's cache; the hooks' words.
  driver_seen='wc -c </usr/lib/libcap.so.2; grep -q libcap.so.2 /etc/ld.so.cache && echo cached; cat /etc/of-driver /etc/bound'
  driver_wanted="$(wc -c </usr/local/lib/driver/library) cached proc chrooted pivoted bound"
}
# driver_hooks: a line for each hook, its stage and the word for $driver_hook.
driver_hooks() { printf '%s\n' 'prestart inject' 'createContainer refresh'; }
# on_machine: how many of a driver's mounts the machine itself has.
on_machine() { grep -c /usr/local/lib/driver /proc/self/mountinfo; }

# make_cdi: the container device interface's word for the same, a card with a device, an environment and a library.
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
