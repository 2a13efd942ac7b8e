#!/bin/bash
# rootless.sh RUNTIME [FLOW…]: runs the commands that README.md gives to an unprivileged user, word for word, as such a user:
# with the user's own id alone, and with the ranges of /etc/subuid. Then README.md's recipes, as root. flow.sh has the other
# options.
. "$(dirname "$0")/../flow.sh"
. "$(dirname "$0")/machine.sh"
# Each uses what those before it have made.
flows=(commands ranges lifecycle tree rootfs root recipes nothing-left)
unnamed=-  # the labels say everything
uid=12345
# Reads $b in the container's shell.
typed='echo "read a b c < /proc/self/uid_map; echo inside as \$b; exit 7"'

# The user exists only in this script.
set_up() {
  make_machine
  home=$work/home
  cover passwd "ocirt:x:$uid:$uid::$home:/bin/bash"
  cover subuid "ocirt:300000:65536"
  cover subgid "ocirt:300000:65536"
  chmod 711 "$work"
  mkdir -p "$home/bin" "/run/user/$uid"
  cp "$runtime" "$home/bin/oci-rt"
  for program in tools explain; do cp "$runtime-$program" "$home/bin/oci-rt-$program"; done
  chown -R "$uid:$uid" "$home" "/run/user/$uid"
  chmod 700 "/run/user/$uid"
}

# in_shell PREFIX DIR COMMANDS: runs a shell on a terminal, prints its exit code.
in_shell() {
  code script --quiet --return --command "$1 PATH=$home/bin:/usr/bin:/bin:/usr/sbin:/sbin \
    bash --norc -c 'cd \"$2\"; $3'" /dev/null
}
# user COMMANDS: runs them as the user, in the home directory.
user() {
  in_shell "setpriv --reuid $uid --regid $uid --clear-groups env -i HOME=$home USER=ocirt TERM=xterm \
    XDG_RUNTIME_DIR=/run/user/$uid" "$home" "$1"
}
# root COMMANDS: runs them as root, in a private directory.
root() { in_shell "env -i HOME=/root USER=root TERM=xterm" "$work/root" "$1"; }

flow_commands() {
  check "a bundle" "$(user 'mkdir -p web1/rootfs/bin && cp /bin/busybox web1/rootfs/bin/sh')" 0
  check "spec" "$(user 'oci-rt spec --bundle web1')" 0
  check "run" "$(user 'echo "echo inside; exit 7" | oci-rt run web1')" 7
  has "its shell is inside" "inside"
}

flow_ranges() {
  python3 - "$home/web1/config.json" <<'EDIT'
import json, sys
config = json.load(open(sys.argv[1]))
maps = [{"containerID": 0, "hostID": 12345, "size": 1}, {"containerID": 1, "hostID": 300000, "size": 65536}]
config["linux"]["uidMappings"] = config["linux"]["gidMappings"] = maps
json.dump(config, open(sys.argv[1], "w"))
EDIT
  check "run, with ranges" "$(user 'echo "read a b c < /proc/self/uid_map; cat /proc/self/uid_map; exit 7" | oci-rt run web1')" 7
  has "what is mapped" "300000"
}

# The whole lifecycle, each step from another shell.
flow_lifecycle() {
  local verb
  check "run --detach" "$(user 'sed -i "s/\"terminal\": true/\"terminal\": false/; s/\[\"sh\"\]/[\"sh\", \"-c\", \"while :; do :; done\"]/" web1/config.json && oci-rt run --detach --bundle web1 web1')" 0
  for verb in "state web1" "list" "ps web1" "exec web1 sh -c 'exit 0'" "kill --all web1 KILL" "delete --force web1"; do
    check "${verb%% *}" "$(user "oci-rt ${verb//\'/\"}")" 0
  done
  check "a limit takes a cgroup" "$(user 'sed -i "s/\"linux\": {/\"linux\": {\"resources\": {\"pids\": {\"limit\": 9}},/" web1/config.json && oci-rt run web1')" 1
  has "which is told" "systemd-run --user --scope -p Delegate=yes"
}

# README.md's lines for a tree, each with a shell that ends with 7.
flow_tree() {
  local lines in_tree='mkdir -p tree/bin && cp /bin/busybox tree/bin/sh'
  lines=$(sed -n '/^## A program in a tree/,/^## Everyday/{/^```sh/,/^```$/{/oci-rt/p}}' "$(dirname "$0")/../../../README.md")
  check "README's lines for a tree" "$lines" "sudo oci-rt run --rootfs tree sh
oci-rt run --rootfs tree sh"
  check "a tree, as a user" "$(user "$in_tree && $typed | $(tail -n 1 <<<"$lines")")" 7
  has "a tree, as a user: root inside is the user" "inside as $uid"
  mkdir -p "$work/root"
  check "a tree, as root" "$(root "$in_tree && $typed | $(head -n 1 <<<"$lines" | sed 's/^sudo //')")" 7
  has "a tree, as root: root is root" "inside as 0"
}

# With only a rootfs: the two commands in one line.
flow_rootfs() {
  check "a rootfs alone" "$(user 'mkdir -p here/rootfs/bin && cp /bin/busybox here/rootfs/bin/sh')" 0
  check "spec --rootless && run" "$(user "cd here && $typed | { oci-rt spec --rootless && oci-rt run x; }")" 7
  has "they are root inside" "inside as $uid"
}

flow_root() {
  mkdir -p "$work/root/rootfs/bin" && cp /bin/busybox "$work/root/rootfs/bin/sh"
  check "root: spec --rootless=false && run" "$(root "$typed | { oci-rt spec --rootless=false && oci-rt run x; }")" 7
  has "root is root inside" "inside as 0"
}

flow_recipes() {
  local recipes line
  check "recipes: a bundle" "$(root 'mkdir -p web1/rootfs/bin && cp /bin/busybox web1/rootfs/bin/sh && oci-rt spec --bundle web1')" 0
  # The lines of the section's first code block.
  recipes=$(sed -n '/^## Everyday recipes/,/^```$/{/^[a-z]/p}' "$(dirname "$0")/../../../README.md" | grep '^\(oci-rt\|sed\) ')
  check "recipes: they are found" "$(($(wc -l <<<"$recipes") > 10))" 1
  while IFS= read -r line; do
    if [[ $line == *--pids-limit* ]] && ! grep -qw pids /sys/fs/cgroup/cgroup.controllers; then
      skip "recipe ${line%%  *}: no pids controller in the cgroup v2 tree"
    else
      printf '%s\n' "$line" >"$work/root/recipe"
      check "recipe ${line%%  *}" "$(root 'echo exit | . ./recipe')" 0
    fi
  done <<<"$recipes"
}

flow_nothing_left() {
  check "root: nothing is left" "$(ls /run/oci-rt)" ""
  check "nothing is left" "$(ls "/run/user/$uid/oci-rt")" ""
}

run_script "$@"
