#!/bin/bash
# install.sh RUNTIME [FLOW…]: tests `install` and `uninstall` with the real engines: they accept the written files and run a
# container by the runtime's name, and uninstall restores every file. Works on copies of /etc and /usr/local/bin.
# Downloads containerd from Debian if it is not installed. flow.sh has the other options.
. "$(dirname "$0")/../flow.sh"
. "$(dirname "$0")/machine.sh"
data=$(realpath "$(dirname "$0")/../../../runtime/install/testdata")
flows=(program podman podman-files podman-user containerd docker crio rancher buildkit nerdctl by-hand killed)
unnamed=-  # the labels say everything
oci=/usr/local/bin/oci-rt

set_up() {
  make_machine
  # The engines use private copies of all directories except the storage.
  mkdir -p "$work"/{etc,bin,home}
  cp -a /etc/. "$work/etc" 2>/dev/null
  cp -a /usr/local/bin/. "$work/bin" 2>/dev/null
  cp "$runtime" "$work/bin/oci-rt"
  [ ! -e "$runtime-install" ] || cp "$runtime-install" "$work/bin/oci-rt-install"
  "$work/bin/oci-rt" install --help >/dev/null 2>&1 || {
    skip "$runtime has no install" && close_script
    exit
  }
  mount --bind "$work/etc" /etc && mount --bind "$work/bin" /usr/local/bin || exit 9
  rm -rf /etc/containers/containers.conf{,.d} /etc/containerd /etc/docker /etc/crio
  mkdir -p /etc/containers
  { cat "$CONTAINERS_CONF" && echo 'cgroup_manager = "cgroupfs"'; } >/etc/containers/containers.conf
  cat >/etc/containers/storage.conf <<CONF
[storage]
driver = "vfs"
graphroot = "$work/storage"
runroot = "$work/runroot"
CONF
  unset CONTAINERS_CONF XDG_CONFIG_HOME
  export HOME=$work/home
  tree=$work/tree
  cd / || exit
}

# digest: hashes all files of the engines, with their modes.
digest() {
  find /etc/containers /etc/containerd /etc/docker /etc/crio -type f -printf '%m %U ' -exec sha256sum {} \; 2>/dev/null |
    sort -k 4 | sha256sum
}
# same LABEL DIGEST: checks that the files are unchanged.
same() { check "$1" "$(digest)" "$2"; }

flow_program() {
  check "help" "$(code $oci help uninstall; code $oci uninstall --help)" "$(printf '0\n0')"
  has "help: in the words of oci-rt" "  oci-rt uninstall [OPTION...] podman|containerd|docker|crio|"
  check "an unknown option" "$(code $oci --log "$work/log" --log-format json install --frob podman)" 1
  has "an unknown option: told" "oci-rt: unknown option '--frob' of oci-rt install"
  has "an unknown option: in the log" '{"level":"error","msg":"unknown option' "$work/log"
  mv "$work/bin/oci-rt-install" "$work/aside"
  if [ ! -e /usr/local/libexec/oci-rt/oci-rt-install ]; then
    check "without oci-rt-install" "$(code $oci install podman)" 1
    has "without oci-rt-install: told" "install: 'oci-rt-install' is missing (looked beside oci-rt and in "
  fi
  mv "$work/aside" "$work/bin/oci-rt-install"
}

flow_podman() {
  local untouched installed container id
  untouched=$(digest)
  check "a program in a temporary directory" "$(code "$work/bin/oci-rt" install podman)" 1
  has "a program in a temporary directory: what to do" "give --path PATH"
  check "podman, dry run: exit code" "$(code $oci install podman --dry-run)" 0
  has "podman, dry run: what would change" '+oci-rt = ["/usr/local/bin/oci-rt"]'
  same "podman, dry run: nothing is written" "$untouched"
  check "podman: install" "$(code $oci install podman)" 0
  has "podman: it has read it" "(podman reads it)"
  installed=$(digest)
  check "podman: install again" "$(code $oci install podman)" 0
  has "podman: is already installed" "already installed"
  same "podman: a second install writes nothing" "$installed"

  container=(--network none --pids-limit 0 --rootfs "$rootfs")
  check "podman: run by name" "$(code podman --runtime oci-rt run --rm "${container[@]}" /bin/echo hello)" 0
  has "podman: run by name: output" hello
  check "podman: a missing program is 127" "$(code podman --runtime oci-rt run --name gone "${container[@]}" /bin/missing)" 127
  has "podman: with JSON logs" '"level":"error"' "$(find "$work/runroot" -name oci-log)"
  podman rm -f gone >/dev/null
  check "podman: without cgroups" "$(code podman --runtime oci-rt run --rm --cgroups=disabled --network none --rootfs "$rootfs" /bin/true)" 0
  check "podman: other runtimes are still known" "$(podman --runtime crun info --format '{{.Host.OCIRuntime.Name}}' 2>&1)" crun
  check "podman: install --default" "$(code $oci install podman --default)" 0
  id=$(podman create "${container[@]}" /bin/true)
  check "podman: the default" "$(podman inspect --format '{{.OCIRuntime}}' "$id")" oci-rt
  podman rm -f "$id" >/dev/null
  check "podman: install without --default" "$(code $oci install podman)" 0
  has "podman: the default is told" "no longer the default runtime"
  same "podman: is what it was without" "$installed"
  check "podman: uninstall" "$(code $oci uninstall podman)" 0
  same "podman: every file is what it was" "$untouched"
  check "podman: uninstall again" "$(code $oci uninstall podman)" 0
  has "podman: is not installed" "not installed"
  check "podman: does not know the name any more" "$(podman --runtime oci-rt info >/dev/null 2>&1; echo $?)" 125
}

flow_podman_files() {
  local theirs
  mkdir -p /etc/containers/containers.conf.d
  echo '[engine]' >/etc/containers/containers.conf.d/50-oci-rt.conf
  theirs=$(digest)
  check "podman: a file of somebody else" "$(code $oci install podman)" 1
  has "podman: a file of somebody else is named" "was not written by oci-rt"
  same "podman: a file of somebody else stays" "$theirs"
  rm /etc/containers/containers.conf.d/50-oci-rt.conf
}

# As an unprivileged user.
flow_podman_user() {
  local as_user drop_in
  mkdir "$work/home/user" && chmod 755 "$work" "$work/home" && chown 1000:1000 "$work/home/user"
  as_user=(setpriv --reuid 1000 --regid 1000 --clear-groups env HOME="$work/home/user")
  check "user: install podman" "$(code "${as_user[@]}" $oci install podman --no-verify)" 0
  drop_in=$work/home/user/.config/containers/containers.conf.d/50-oci-rt.conf
  has "user: their own file" /usr/local/bin/oci-rt "$drop_in"
  check "user: install crio" "$(code "${as_user[@]}" $oci install crio --no-verify)" 1
  has "user: must be root" "run as root"
  check "user: uninstall podman" "$(code "${as_user[@]}" $oci uninstall podman; [ -e "$drop_in" ] && echo there)" 0
}

# round NAME FILE [OPTION...]: installs and uninstalls with FILE as config.toml.
round() {
  local name=$1 file=$2 before
  shift 2
  rm -rf /etc/containerd && mkdir -p /etc/containerd
  [ -z "$file" ] || cp "$file" /etc/containerd/config.toml
  before=$(digest)
  check "containerd, $name: install" "$(code $oci install containerd "$@")" 0
  has "containerd, $name: it has read it" "(containerd reads it)"
  containerd config dump >"$work/dump" 2>/dev/null
  has "containerd, $name: the runtime" 'containerd.runtimes.oci-rt.options]' "$work/dump"
  check "containerd, $name: uninstall" "$(code $oci uninstall containerd)" 0
  same "containerd, $name: every file is what it was" "$before"
}
flow_containerd() {
  local file before
  if ! command -v containerd >/dev/null; then
    (cd "$work" && mkdir -p packages && cd packages && timeout 120 apt-get -qq download containerd &&
      dpkg -x containerd_*.deb "$work/packages/root") >"$work/out" 2>&1
    PATH=$PATH:$work/packages/root/usr/bin
  fi
  if command -v containerd >/dev/null; then
    round "without a file" ""
    has "containerd, without a file: runc is still there" "containerd.runtimes.runc]" "$work/dump"
    round "Debian's file" "$data/containerd-debian.toml"
    has "containerd, Debian's file: runc is still there" "containerd.runtimes.runc]" "$work/dump"
    containerd --config /none config default >"$work/default.toml"
    round "all defaults" "$work/default.toml" --default
    has "containerd, all defaults: ours is the default" 'default_runtime_name = "oci-rt"' "$work/dump"
    for file in "$data"/containerd-{no-end,crlf,comments,v1}.toml; do
      round "$(basename "$file")" "$file"
      round "$(basename "$file") --default" "$file" --default
    done
    # 1.x: an imported file with any part of the CRI plugin replaces the whole section.
    case $(containerd --version) in *" 1."* | *" v1."*)
      echo '[plugins."io.containerd.grpc.v1.cri"]' >/etc/containerd/imported.toml
      printf 'version = 2\nimports = ["/etc/containerd/imported.toml"]\n' >/etc/containerd/config.toml
      before=$(digest)
      check "containerd, a replaced section: install" "$(code $oci install containerd)" 1
      has "containerd, a replaced section: told" "imports"
      same "containerd, a replaced section: taken back" "$before"
      ;;
    esac
  else
    skip "containerd: it is not installed, and cannot be downloaded"
  fi
}

flow_docker() {
  local file name before
  for file in "" "$data"/docker-*.json; do
    name=$(basename "${file:-without a file}")
    rm -rf /etc/docker && mkdir -p /etc/docker
    [ -z "$file" ] || cp "$file" /etc/docker/daemon.json
    [ -z "$file" ] || chmod 640 /etc/docker/daemon.json
    before=$(digest)
    check "docker, $name: install" "$(code $oci install docker --default)" 0
    check "docker, $name: what it says" "$(python3 -c '
import json
daemon = json.load(open("/etc/docker/daemon.json"))
print(daemon["default-runtime"], daemon["runtimes"]["oci-rt"]["path"])')" "oci-rt /usr/local/bin/oci-rt"
    [ -z "$file" ] || check "docker, $name: the copy's mode" "$(stat -c %a /etc/docker/daemon.json.before-oci-rt)" 640
    check "docker, $name: uninstall" "$(code $oci uninstall docker)" 0
    same "docker, $name: every file is what it was" "$before"
  done
  if dockerd --help 2>/dev/null | grep -q -- --validate; then
    rm -f /etc/docker/daemon.json
    check "docker: install" "$(code $oci install docker)" 0
    has "docker: it has read it" "(dockerd finds it valid)"
    echo '{"no-such-option": true}' >/etc/docker/daemon.json
    before=$(digest)
    check "docker: a file that it refuses" "$(code $oci install docker)" 1
    same "docker: a file that it refuses is as it was" "$before"
  else
    skip "docker: there is no dockerd that has --validate (version 23)"
  fi
  printf '{\n  "debug": true,\n}\n' >/etc/docker/daemon.json
  check "docker: broken JSON" "$(code $oci install docker)" 1
  has "docker: broken JSON: the place" "/etc/docker/daemon.json:3:1:"
}

flow_crio() {
  local before
  rm -rf /etc/crio
  before=$(digest)
  check "crio: install" "$(code $oci install crio)" 0
  has "crio: the drop-in" 'runtime_path = "/usr/local/bin/oci-rt"' /etc/crio/crio.conf.d/50-oci-rt.conf
  check "crio: uninstall" "$(code $oci uninstall crio)" 0
  same "crio: every file is what it was" "$before"
}

# tree_digest: hashes the fake tree.
tree_digest() { (cd "$tree" && find . -type f -printf '%m ' -exec sha256sum {} \; | sort | sha256sum); }
# On files only.
flow_rancher() {
  local engine template text before
  for engine in k3s rke2; do
    template=$tree/rancher/$engine/agent/etc/containerd/config-v3.toml.tmpl
    for text in "" '{{ template "base" . }}' $'# mine\r\n{{ template "base" . }}\r\n'; do
      rm -rf "$tree" && mkdir -p "$(dirname "$template")" && echo 'version = 3' >"$(dirname "$template")/config.toml"
      [ -z "$text" ] || printf '%s' "$text" >"$template"
      before=$(tree_digest)
      check "$engine: dry run" "$(code $oci install $engine --etc "$tree" --dry-run)" 0
      check "$engine: dry run: nothing is written" "$(tree_digest)" "$before"
      check "$engine: install" "$(code $oci install $engine --etc "$tree")" 0
      check "$engine: one base" "$(grep -c 'template "base"' "$template")" 1
      has "$engine: the runtime" 'BinaryName = "/usr/local/bin/oci-rt"' "$template"
      check "$engine: uninstall" "$(code $oci uninstall $engine --etc "$tree")" 0
      check "$engine: every file is what it was" "$(tree_digest)" "$before"
    done
    check "$engine: --default" "$(code $oci install $engine --default --etc "$tree")" 1
    has "$engine: --default: told" "/etc/rancher/$engine/config.yaml"
  done
}

flow_buildkit() {
  local file name before
  for file in "" "$data"/buildkit-*.toml; do
    name=$(basename "${file:-without a file}")
    rm -rf /etc/buildkit && mkdir -p /etc/buildkit
    [ -z "$file" ] || cp "$file" /etc/buildkit/buildkitd.toml
    before=$(sha256sum /etc/buildkit/* 2>/dev/null)
    check "buildkit, $name: install" "$(code $oci install buildkit)" 0
    has "buildkit, $name: the binary" 'binary = "/usr/local/bin/oci-rt"' /etc/buildkit/buildkitd.toml
    check "buildkit, $name: uninstall" "$(code $oci uninstall buildkit)" 0
    check "buildkit, $name: every file is what it was" "$(sha256sum /etc/buildkit/* 2>/dev/null)" "$before"
  done
}

flow_nerdctl() {
  check "nerdctl" "$(code $oci install nerdctl)" 1
  has "nerdctl: told" "nerdctl run --runtime PATH"
}

# by_hand ENGINE FILE TEXT: the user has written an oci-rt below the fake tree. It stays, whatever is asked.
by_hand() {
  local engine=$1 file=$tree/$2 before
  rm -rf "$tree" && mkdir -p "$(dirname "$file")" && printf '%s' "$3" >"$file"
  before=$(tree_digest)
  check "by hand, $engine: install" "$(code $oci install "$engine" --no-verify --etc "$tree")" 1
  check "by hand, $engine: is kept" "$(tree_digest)" "$before"
  check "by hand, $engine: uninstall" "$(code $oci uninstall "$engine" --etc "$tree")" 0
  has "by hand, $engine: told" "not installed in $file"
  check "by hand, $engine: stays" "$(tree_digest)" "$before"
}
flow_by_hand() {
  local entry='{"runtimes": {"oci-rt": {"path": "/usr/local/bin/oci-rt"}}}'
  by_hand docker docker/daemon.json "$entry"
  has "by hand, docker: as such" "an oci-rt that was written by hand"
  by_hand docker docker/daemon.json "${entry/%\}/, \"default-runtime\": \"oci-rt\"\}}"
  by_hand containerd containerd/config.toml $'version = 2\n[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.oci-rt]\n  runtime_type = "x"\n'
  by_hand podman containers/containers.conf.d/50-oci-rt.conf $'[engine.runtimes]\noci-rt = ["/usr/local/bin/oci-rt"]\n'
  by_hand crio crio/crio.conf.d/50-oci-rt.conf $'[crio.runtime.runtimes.oci-rt]\nruntime_path = "/usr/local/bin/oci-rt"\n'
  by_hand k3s rancher/k3s/agent/etc/containerd/config-v3.toml.tmpl $'{{ template "base" . }}\n[plugins.x.containerd.runtimes]\noci-rt.runtime_type = "x"\n'
  by_hand rke2 rancher/rke2/agent/etc/containerd/config-v3.toml.tmpl $'{{ template "base" . }}\n[plugins.x.containerd.runtimes.oci-rt]\n'
}

# With SIGKILL at the rename of the copy of daemon.json, and at that of the file itself.
flow_killed() {
  local at verb before file=$tree/docker/daemon.json
  command -v strace >/dev/null || { skip "killed: there is no strace" && return; }
  for verb in install uninstall; do
    for at in 1 2; do
      rm -rf "$tree" && mkdir -p "$tree/docker" && echo '{"debug": true}' >"$file"
      before=$(tree_digest)
      code strace -f -qq -o /dev/null -e trace=rename -e "inject=rename:signal=KILL:when=$at" \
        $oci install docker --no-verify --etc "$tree" >/dev/null
      check "killed at rename $at: a temporary file is left" "$(find "$tree/docker" -name '*.oci-rt-[0-9]*' | wc -l)" 1
      check "killed at rename $at: $verb" "$(code $oci $verb docker --etc "$tree")" 0
      check "killed at rename $at: $verb removes the temporary file" "$(find "$tree/docker" -name '*.oci-rt-[0-9]*')" ""
      check "killed at rename $at: uninstall" "$(code $oci uninstall docker --etc "$tree")" 0
      check "killed at rename $at: every file is what it was" "$(tree_digest)" "$before"
    done
  done
}

run_script "$@"
