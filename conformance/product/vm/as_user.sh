# An unprivileged user with a systemd user manager, in the virtual machine: the user, commands run as the user. Sourced after
# flow.sh. Sets $name, $uid, $home, $run_directory.
unnamed=-  # the labels say everything

enter() {
  if [ "$(cat /proc/1/comm)" = systemd ] && command -v loginctl >/dev/null; then return; fi
  skip "systemd is not pid 1"
  close_script
  exit 0
}
clean_up() { loginctl disable-linger "$name"; }

# make_user NAME UID PROGRAM…: makes a user with a bundle web1, with the PROGRAMs of busybox in its rootfs. The user
# owns the home.
make_user() {
  name=$1 uid=$2 home=/home/$1 run_directory=/run/user/$2
  shift 2
  grep -q "^$name:" /etc/passwd || echo "$name:x:$uid:$uid::$home:/bin/bash" >>/etc/passwd
  grep -q "^$name:" /etc/group || echo "$name:x:$uid:" >>/etc/group
  grep -q "^$name:" /etc/shadow || echo "$name:*:20000:0:99999:7:::" >>/etc/shadow
  mkdir -p "$home/web1/rootfs/bin"
  for program in "$@"; do cp "$(command -v busybox)" "$home/web1/rootfs/bin/$program"; done
  cp "$runtime" "$home/oci-rt"
  for program in install systemd tools; do
    [ ! -e "$runtime-$program" ] || cp "$runtime-$program" "$home/oci-rt-$program"
  done
  chown -R "$uid:$uid" "$home"
}
# start_manager SOCKET: starts the user's systemd and waits until it listens there, below $run_directory.
start_manager() {
  loginctl enable-linger "$name"
  for _ in $(seq 300); do
    [ -S "$run_directory/systemd/private" ] && [ -S "$run_directory/$1" ] && return
    sleep 0.2
  done
}
# user COMMAND…: runs it as the user, in a cgroup of root. Its output is in $said, its exit code in $code.
# shellcheck disable=SC2034  # code is for the script
user() {
  said=$(cd "$home" && timeout 120 setpriv --reuid "$uid" --regid "$uid" --clear-groups env -i HOME="$home" USER="$name" \
    XDG_RUNTIME_DIR="$run_directory" PATH="$home:/usr/bin:/bin" "$@" 2>&1 </dev/null)
  code=$?
}
# config CHANGE: writes the config of `spec`, after running CHANGE in Python on `config`.
config() {
  rm -f "$home/web1/config.json"
  user oci-rt spec --bundle web1
  python3 - "$home/web1/config.json" "$1" <<'EDIT'
import json, sys
config = json.load(open(sys.argv[1]))
config["process"]["terminal"] = False
exec(sys.argv[2])
json.dump(config, open(sys.argv[1], "w"))
EDIT
  chown "$uid:$uid" "$home/web1/config.json"
}
