# Flows: device drivers.

flow_driver() {
  local hooks=$work/drivers.d
  make_driver
  mkdir -p "$hooks" "$work/libraries"
  driver_hooks | while read -r stage verb; do
    echo '{"version": "1.0.0", "hook": {"path": "'$driver_hook'", "args": ["driver_hook.py", "'"$verb"'"]}, "when": {"always": true}, "stages": ["'"$stage"'"]}' >"$hooks/$stage.json"
  done
  hooked() { output podman --hooks-dir "$hooks" run --rm --network none "$@"; }
  check "hooks that bind, ldconfig, chroot, pivot_root" "$(hooked box sh -c "$driver_seen")" "$driver_wanted"
  check "below a volume" "$(hooked -v "$work/libraries:/usr/lib" box sh -c "$driver_seen")" "$driver_wanted"
  # A createContainer hook also runs in the user namespace, where it may not read the bundle.
  rm "$hooks/createContainer.json"
  check "with a user namespace: a library" "$(hooked --userns=auto:size=4096 box wc -c /usr/lib/libcap.so.2)" "${driver_wanted%% *} /usr/lib/libcap.so.2"
  check "nothing is mounted on the machine" "$(on_machine)" 0
}

flow_cdi() {
  make_driver
  make_cdi
  check "--device CLASS=NAME" "$(box --device oci-rt.test/card=all -- sh -c "$driver_seen; echo \$CARD; stat -c %t:%T /dev/card")" "$driver_wanted all 1:5"
  check "without" "$(box -- sh -c 'ls -d /usr/lib/* /dev/card 2>/dev/null')" ""
  rm -r /etc/cdi
}
