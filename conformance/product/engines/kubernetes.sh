#!/bin/bash
# kubernetes.sh RUNTIME [FLOW…]: tests `install kubernetes` and `uninstall kubernetes` on trees like those of nodes: kubeadm,
# kind, k3s, rke2, CRI-O. Scripts stand for containerd, crio and systemctl in them. The installer has the rights of the
# container of kubernetes/install.yaml: root with one capability. Also tests the image and the manifests. flow.sh has the
# other options.
. "$(dirname "$0")/../flow.sh"
kubernetes=$(realpath "$(dirname "$0")/../../../runtime/install/kubernetes")
flows=(kubeadm kind k3s rke2 crio links restart broken-restart pods programs refusals image pause manifests)
as_pod=(setpriv '--bounding-set=-all,+sys_chroot' --inh-caps=-all --no-new-privs)

set_up() {
  [ -e "$runtime-install" ] || {
    skip "$runtime has no install" && close_script
    exit
  }
  tree=$work/tree
}

# install_on_node [OPTION…], uninstall_on_node [OPTION…]: print the exit code.
install_on_node() { code "${as_pod[@]}" "$runtime" install kubernetes --host-root "$tree" "$@"; }
uninstall_on_node() { code "${as_pod[@]}" "$runtime" uninstall kubernetes --host-root "$tree" "$@"; }

# new_tree: a root directory with a shell.
new_tree() {
  rm -rf "$tree"
  mkdir -p "$tree"/{bin,dev,etc,opt,proc,run,tmp,usr/bin,usr/local/bin,var/lib/kubelet}
  cp "$(command -v busybox)" "$tree/bin/busybox"
  ln -s busybox "$tree/bin/sh" && ln -s busybox "$tree/bin/cat"
}
# script PATH LINE…: a program of the tree.
script() {
  local path=$tree/$1
  shift
  mkdir -p "$(dirname "$path")"
  { echo '#!/bin/sh' && printf '%s\n' "$@"; } >"$path"
  chmod 755 "$path"
}
# systemctl_of UNIT STATE KILLMODE MICROSECONDS: the tree has systemd, with one unit. Its calls are in /tmp/calls.
systemctl_of() {
  # shellcheck disable=SC2016  # expanded in the tree
  script usr/bin/systemctl '[ "$SYSTEMD_IGNORE_CHROOT" = 1 ] || exit 9' 'echo "$@" >>/tmp/calls' \
    '[ "$1" != show ] || exec cat /tmp/unit' '[ ! -e /tmp/broken ] || { echo "Job for it failed."; exit 1; }'
  printf 'Id=%s\nActiveState=%s\nKillMode=%s\nInactiveExitTimestampMonotonic=%s\nStateChangeTimestampMonotonic=%s\n' \
    "$1" "$2" "$3" "$4" "$4" >"$tree/tmp/unit"
}
calls() { grep -v '^show' "$tree/tmp/calls" 2>/dev/null; rm -f "$tree/tmp/calls"; }

# containerd_of PATH VERSION: answers as containerd does.
containerd_of() {
  # shellcheck disable=SC2016
  script "$1" 'case $* in' "*--version*) echo containerd github.com/containerd/containerd $2 0 ;;" \
    '*"config dump"*) exec cat "$2" ;;' 'esac'
}
kubelet_of() { echo "KUBELET_KUBEADM_ARGS=\"--container-runtime-endpoint=$1 --v=2\"" >"$tree/var/lib/kubelet/kubeadm-flags.env"; }

make_kubeadm() {
  new_tree
  mkdir -p "$tree/etc/containerd"
  containerd_of usr/bin/containerd v1.7.24
  printf '%s\n' 'version = 2' '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]' \
    '  runtime_type = "io.containerd.runc.v2"' '  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]' \
    '    SystemdCgroup = true' >"$tree/etc/containerd/config.toml"
  kubelet_of unix:///var/run/containerd/containerd.sock
}

# digest: everything of the tree but the files of the scripts themselves.
digest() {
  (cd "$tree" && find . -path ./tmp -prune -o -type l -printf '%l %p\n' -o -type f -printf '%m ' -exec sha256sum {} \; | sort | sha256sum)
}
# there_and_back LABEL FILE TEXT [OPTION…]: installs and removes again. FILE then has TEXT in between.
there_and_back() {
  local label=$1 file=$tree/$2 text=$3 before
  shift 3
  before=$(digest)
  check "$label: dry run" "$(install_on_node --dry-run "$@")" 0
  check "$label: dry run: nothing is written" "$(digest)" "$before"
  check "$label: install" "$(install_on_node "$@")" 0
  has "$label: the handler" "$text" "$file"
  has "$label: the path" /opt/oci-rt/oci-rt "$file"
  check "$label: the program" "$(chroot "$tree" /opt/oci-rt/oci-rt --version | head -n 1)" "$("$runtime" --version | head -n 1)"
  check "$label: install again" "$(install_on_node "$@")" 0
  has "$label: install again: nothing to do" "already installed"
  cp "$file" "$work/installed"
  check "$label: uninstall" "$(uninstall_on_node)" 0
  check "$label: every file is what it was" "$(digest)" "$before"
}

flow_kubeadm() {
  make_kubeadm
  there_and_back "kubeadm" etc/containerd/config.toml 'containerd.runtimes.oci-rt.options]'
  has "kubeadm: the cgroup driver of the node" '    SystemdCgroup = true' <(sed -n '/runtimes.oci-rt.options/,$p' "$work/installed")
  there_and_back "kubeadm, --default" etc/containerd/config.toml 'default_runtime_name = "oci-rt"' --default
  sed -i 's/ = true/ = false/' "$tree/etc/containerd/config.toml"
  there_and_back "kubeadm, cgroupfs" etc/containerd/config.toml 'containerd.runtimes.oci-rt.options]'
  check "kubeadm, cgroupfs: no other driver" "$(grep -c 'SystemdCgroup = true' "$work/installed")" 0
  containerd_of usr/bin/containerd v2.1.4 && rm "$tree/etc/containerd/config.toml"
  there_and_back "kubeadm, containerd 2 without a file" etc/containerd/config.toml '"io.containerd.cri.v1.runtime".containerd.runtimes.oci-rt'
}

# Its node has containerd below /usr/local, and a default runtime with a specification of its own.
flow_kind() {
  new_tree
  mkdir -p "$tree/etc/containerd" "$tree/kind"
  containerd_of usr/local/bin/containerd v2.1.3
  cat >"$tree/etc/containerd/config.toml" <<'CONF'
version = 2
[plugins."io.containerd.grpc.v1.cri".containerd]
  discard_unpacked_layers = true
  default_runtime_name = "runc"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
  base_runtime_spec = "/etc/containerd/cri-base.json"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
    SystemdCgroup = true
CONF
  kubelet_of unix:///run/containerd/containerd.sock
  there_and_back kind etc/containerd/config.toml 'containerd.runtimes.oci-rt.options]'
  has "kind: the cgroup driver of the node" '    SystemdCgroup = true' <(sed -n '/runtimes.oci-rt.options/,$p' "$work/installed")
  there_and_back "kind, --default" etc/containerd/config.toml 'default_runtime_name = "oci-rt"' --default
}

# make_rancher ENGINE FORMAT
make_rancher() {
  new_tree
  mkdir -p "$tree/var/lib/rancher/$1/agent/etc/containerd"
  printf 'version = %s\n' "$2" >"$tree/var/lib/rancher/$1/agent/etc/containerd/config.toml"
  chmod 700 "$tree/var/lib/rancher"
}
flow_k3s() { rancher k3s; }
flow_rke2() { rancher rke2; }
rancher() {
  local below=var/lib/rancher/$1/agent/etc/containerd
  make_rancher "$1" 3
  there_and_back "$1, containerd 2" "$below/config-v3.toml.tmpl" 'SystemdCgroup = {{ .SystemdCgroup }}'
  make_rancher "$1" 2
  echo '{{ template "base" . }}' >"$tree/$below/config.toml.tmpl"
  there_and_back "$1, containerd 1.7, with a template" "$below/config.toml.tmpl" 'SystemdCgroup = {{ .SystemdCgroup }}'
  check "$1: --default" "$(install_on_node --default)" 1
  has "$1: --default: the setting of its own" "/etc/rancher/$1/config.yaml"
  check "$1: --default: no program stays" "$(find "$tree/opt" -type f)" ""
}

make_crio() {
  new_tree
  mkdir -p "$tree/etc/crio/crio.conf.d"
  # shellcheck disable=SC2016
  script usr/bin/crio 'exec cat "$4"/*.conf'
  script usr/bin/conmon
  printf '[crio.runtime]\ncgroup_manager = "systemd"\n' >"$tree/etc/crio/crio.conf.d/10-crio.conf"
  printf 'kind: KubeletConfiguration\ncontainerRuntimeEndpoint: "unix:///var/run/crio/crio.sock"\n' >"$tree/var/lib/kubelet/config.yaml"
}
flow_crio() {
  make_crio
  containerd_of usr/bin/containerd v1.7.24  # of docker: kubelet does not use it
  there_and_back crio etc/crio/crio.conf.d/50-oci-rt.conf '[crio.runtime.runtimes.oci-rt]'
  has "crio: the node's conmon" 'monitor_path = "/usr/bin/conmon"' "$work/installed"
  there_and_back "crio, --default" etc/crio/crio.conf.d/50-oci-rt.conf 'default_runtime = "oci-rt"' --default
}

# Links of the tree lead to its own files, and no file outside is touched.
flow_links() {
  local outside=$work/outside
  rm -rf "$outside" && mkdir -p "$outside/containerd" "$outside/opt"
  make_kubeadm
  mkdir -p "$tree$outside/opt" && mv "$tree/etc/containerd" "$tree$outside/containerd"
  ln -s "$outside/containerd" "$tree/etc/containerd"
  rmdir "$tree/opt" && ln -s "../../../../../../../../..$outside/opt" "$tree/opt"
  there_and_back "links" "${outside#/}/containerd/config.toml" 'containerd.runtimes.oci-rt.options]'
  check "links: nothing outside" "$(find "$outside" -type f)" ""
}

feature=etc/kubernetes/node-feature-discovery/features.d/oci-rt
flow_restart() {
  local before
  make_kubeadm
  systemctl_of containerd.service active control-group 1
  before=$(digest)
  check "another KillMode: install" "$(install_on_node --restart)" 1
  has "another KillMode: told" "its KillMode 'control-group' may end the pods; drain the node, then"
  has "another KillMode: the configuration is there" oci-rt "$tree/etc/containerd/config.toml"
  check "another KillMode: no restart" "$(calls)" ""
  check "another KillMode: not ready" "$(find "$tree/${feature%/*}" -type f 2>/dev/null)" ""
  systemctl_of containerd.service active control-group 9223372036854775
  check "restarted by hand: install" "$(install_on_node --restart)" 0
  has "restarted by hand: told" "containerd.service has loaded it"
  has "restarted by hand: ready" "feature.node.kubernetes.io/oci-rt=true" "$tree/$feature"
  systemctl_of containerd.service active process 1
  check "KillMode process: install" "$(install_on_node --restart)" 0
  check "KillMode process: restart" "$(calls)" "restart containerd.service"
  systemctl_of containerd.service active control-group 1
  check "another KillMode: uninstall" "$(uninstall_on_node --restart)" 1
  check "another KillMode: uninstall: not ready" "$(cat "$tree/$feature" 2>/dev/null)" ""
  check "another KillMode: uninstall: the program stays" "$(chroot "$tree" /opt/oci-rt/oci-rt --version >/dev/null && echo it)" it
  check "another KillMode: uninstall again" "$(uninstall_on_node --restart)" 1
  systemctl_of containerd.service active process 1
  check "KillMode process: uninstall" "$(calls >/dev/null; uninstall_on_node --restart)" 0
  check "KillMode process: uninstall: restart" "$(calls)" "restart containerd.service"
  check "KillMode process: every file is what it was" "$(digest)" "$before"
  make_crio && systemctl_of crio.service active control-group 1
  check "crio: install" "$(install_on_node --restart)" 0
  check "crio: reload" "$(calls)" "reload crio.service"
  make_rancher k3s 3 && systemctl_of k3s-agent.service active process 1
  check "k3s: install" "$(install_on_node --restart)" 0
  check "k3s: restart" "$(calls)" "restart k3s-agent.service"
  check "k3s: an engine that is down" "$(systemctl_of k3s.service failed process 1; uninstall_on_node --restart)" 1
  has "k3s: an engine that is down: told" "no unit of the engine is active (k3s.service); start it"
}

# The engine does not start with the new file: it gets the old one, and is started again.
flow_broken_restart() {
  make_kubeadm && systemctl_of containerd.service active process 1 && touch "$tree/tmp/broken"
  cp "$tree/etc/containerd/config.toml" "$work/before"
  check "install" "$(install_on_node --restart)" 1
  has "told" "systemctl restart: Job for it failed."
  check "the old file" "$(cat "$tree/etc/containerd/config.toml")" "$(cat "$work/before")"
  check "two restarts" "$(calls | grep -c 'restart containerd.service')" 2
  rm "$tree/tmp/broken"
  check "control: install" "$(install_on_node --restart)" 0
}

flow_pods() {
  local before pod
  make_kubeadm
  before=$(digest)
  check "install" "$(install_on_node)" 0
  for pod in run/containerd/runc/k8s.io/a run/oci-rt/b; do
    mkdir -p "$tree/$pod" && echo '{}' >"$tree/$pod/record.json"
    check "$pod: uninstall" "$(uninstall_on_node)" 1
    has "$pod: told" "1 containers of oci-rt need the programs in /opt/oci-rt; delete their pods first"
    has "$pod: the configuration stays" /opt/oci-rt/oci-rt "$tree/etc/containerd/config.toml"
    rm -r "${tree:?}/$pod"
  done
  mkdir -p "$tree/run/containerd/runc/k8s.io/of-runc"
  check "control: uninstall" "$(uninstall_on_node)" 0
  check "every file is what it was" "$(digest)" "$before"
}

# The program with shared libraries uses those of the node.
flow_programs() {
  local before library
  make_kubeadm
  mkdir -p "$tree/run/systemd/system"
  before=$(digest)
  [ -e "$runtime-systemd" ] || { skip "there is no oci-rt-systemd" && return; }
  check "without libsystemd: install" "$(install_on_node)" 1
  has "without libsystemd: told" "/opt/oci-rt/oci-rt-systemd does not run here"
  check "without libsystemd: every file is what it was" "$(digest)" "$before"
  for library in $(ldd "$runtime-systemd" | grep -o '/[^ ]*'); do
    mkdir -p "$tree$(dirname "$library")" && cp "$library" "$tree$library"
  done
  check "with it: install" "$(install_on_node)" 0
  check "with it: uninstall" "$(uninstall_on_node)" 0
  mkdir -p "$tree/opt/oci-rt" && echo mine >"$tree/opt/oci-rt/oci-rt"
  before=$(digest)
  check "a program of the administrator: install" "$(install_on_node)" 1
  has "a program of the administrator: told" "/opt/oci-rt/oci-rt was not written by \`oci-rt install\`"
  check "a program of the administrator: uninstall" "$(uninstall_on_node)" 0
  check "a program of the administrator: stays" "$(digest)" "$before"
  chmod 755 "$tree/opt/oci-rt/oci-rt"
  before=$(digest)
  check "a program of the administrator: --path" "$(install_on_node --path /opt/oci-rt/oci-rt)" 0
  check "a program of the administrator: uninstall --path" "$(uninstall_on_node)" 0
  check "a program of the administrator: every file is what it was" "$(digest)" "$before"
}

flow_refusals() {
  local before
  new_tree
  before=$(digest)
  check "no engine" "$(install_on_node)" 1
  has "no engine: told" "this machine has none of containerd, k3s, rke2 and crio"
  containerd_of usr/bin/containerd v1.7.24 && script usr/bin/crio 'exec cat "$4"/*.conf'
  before=$(digest)
  check "two engines" "$(install_on_node)" 1
  has "two engines: told" "this machine has several engines (containerd, crio); name the engine with --engine NAME"
  check "two engines: nothing is written" "$(digest)" "$before"
  check "control: --engine" "$(install_on_node --engine crio)" 0
  check "control: uninstall --engine" "$(uninstall_on_node --engine crio)" 0
  check "control: every file is what it was" "$(digest)" "$before"
  check "without the capability" "$(code setpriv --bounding-set=-all --inh-caps=-all "$runtime" install kubernetes --host-root "$tree")" 1
  has "without the capability: told" "lacks CAP_SYS_CHROOT"
  check "no tree" "$(code "$runtime" install kubernetes --host-root "$work/none")" 1
  has "no tree: told" "option --host-root: enter '$work/none'"
}

# What a pod of install.yaml runs: the programs of the image, in its root, with the node at /host.
flow_image() {
  local name=registry.example.org/oci-rt-installer:1 layer verb before
  check "build" "$("$kubernetes/build_image" "$(dirname "$runtime")" $name >"$work/image.tar"; echo $?)" 0
  "$kubernetes/build_image" "$(dirname "$runtime")" $name | cmp -s - "$work/image.tar"
  check "the same again" $? 0
  mkdir -p "$work/image" && tar -xf "$work/image.tar" -C "$work/image"
  layer=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[0]["Layers"][0])' "$work/image/manifest.json")
  check "the digest of the layer" "$(sha256sum <"$work/image/$layer" | cut -d' ' -f1)" "$(basename "$layer")"
  mkdir -p "$work/root/host" && tar -xf "$work/image/$layer" -C "$work/root"
  check "the image has no other file" "$(find "$work/root" -type f -not -path "$work/root/opt/oci-rt/oci-rt*")" ""
  make_kubeadm
  before=$(digest)
  for verb in install uninstall; do
    # shellcheck disable=SC2016  # expanded by bash
    check "$verb in a pod" "$(code unshare --mount bash -c '
      mkdir -p "$1/proc" && mount -t proc proc "$1/proc" && mount --rbind "$2" "$1/host" && mount -o remount,bind,ro "$1" 2>/dev/null
      root=$1 && shift 2
      exec "$@" chroot "$root" /opt/oci-rt/oci-rt '$verb' kubernetes --host-root=/host' \
      pod "$work/root" "$tree" "${as_pod[@]}")" 0
    has "$verb in a pod: told" "/opt/oci-rt"
  done
  check "every file is what it was" "$(digest)" "$before"
}

flow_pause() {
  local pid
  "$runtime-install" pause &
  pid=$!
  sleep 0.3
  check "it waits" "$(kill -0 $pid && echo yes)" yes
  kill -TERM $pid
  wait $pid
  check "SIGTERM ends it" $? 0
  # As process 1 of a pod.
  check "as process 1" "$(code unshare --pid --fork --kill-child bash -c "exec $runtime-install pause & sleep 0.3; kill -TERM \$!; wait \$!")" 0
}

flow_manifests() {
  python3 -c 'import yaml' 2>/dev/null || { skip "python3 has no yaml" && return; }
  for file in "$kubernetes"/*.yaml; do
    check "$(basename "$file")" "$(code "$(dirname "$0")/manifests.py" "$file")" 0
  done
  sed 's/hostPath:/hostpath:/' "$kubernetes/install.yaml" >"$work/wrong.yaml"
  check "control: a field that does not exist" "$(code "$(dirname "$0")/manifests.py" "$work/wrong.yaml")" 1
  check "the two DaemonSets differ in the verb alone" "$(diff <(grep -v '^#' "$kubernetes/install.yaml") <(grep -v '^#' "$kubernetes/uninstall.yaml") |
    grep '^>' | tr -s ' ' | tr '\n' ' ')" "> - name: uninstall > args: [uninstall, kubernetes, --host-root=/host, --restart] "
}

run_script "$@"
