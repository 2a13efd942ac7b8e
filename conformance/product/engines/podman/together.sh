# Flows: several containers, and the objects that podman makes for them.

# podman 4 gives the cgroup of a pod a device program that denies everything, with any runtime below it.
pods_have_devices() {
  [ "$major" -ge 5 ] || [ "$driver" = systemd ] && return
  skip "podman 4 denies its pods all devices where it makes their cgroups itself"
  return 1
}

# With the infra container that podman builds of catatonit.
flow_pod() {
  pods_have_devices || return 0
  check "pod create" "$(ask_code pod create --name p1 --network none --hostname pod --share net,uts,ipc,pid)" 0
  check "one in it" "$(ask_code run -d --pod p1 --name p1-a box sh -c 'sleep 1000')" 0
  check "another one sees it" "$(ask run --rm --pod p1 box sh -c 'hostname; ps | grep -c "[s]leep 1000"')" "pod 1"
  check "pod pause" "$(ask_code pod pause p1)$(status p1-a)" "0paused"
  check "pod unpause" "$(ask_code pod unpause p1)$(status p1-a)" "0running"
  id=$(ask pod inspect --format '{{.ID}}' p1)
  check "pod stop" "$(ask_code pod stop -t 1 p1)$(status p1-a)" "0exited"
  check "pod start" "$(ask_code pod start p1)$(status p1-a)" "0running"
  check "pod kill" "$(ask_code pod kill p1)" 0
  check "pod rm" "$(ask_code pod rm -f -t 0 p1)" 0
  left "$id"
}

flow_bare_pod() {
  check "pod create --infra=false" "$(ask_code pod create --name b1 --infra=false)" 0
  check "one in it" "$(ask run --rm --pod b1 --network none box echo hello)" hello
  check "pod rm" "$(ask_code pod rm -f -t 0 b1)" 0
}

flow_network() {
  check "run -d with a published port" "$(ask_code run -d --name w1 -p 127.0.0.1:18080:80 box sh -c 'mkdir /w; echo page >/w/index.html; httpd -f -p 80 -h /w')" 0
  check "port" "$(ask port w1)" "80/tcp -> 127.0.0.1:18080"
  local address
  address=$(field w1 .NetworkSettings.IPAddress)
  check "from the machine" "$(until_true busybox wget -q -O "$work/page" http://127.0.0.1:18080/ && cat "$work/page")" page
  check "from another container" "$(ask run --rm box wget -q -O - "http://$address/")" page
  check "exec" "$(ask exec w1 ip -o -4 address show eth0 | grep -o "inet $address/")" "inet $address/"
  end w1
}

flow_health() {
  begin h1 --health-cmd 'test -e /tmp/healthy' --health-interval disable --health-retries 1 -- sleep 1000
  check "not yet" "$(ask_code healthcheck run h1)" 1
  check "podman knows" "$(field h1 .State.Health.Status | sed 's/starting/unhealthy/')" unhealthy
  check "exec" "$(ask_code exec h1 touch /tmp/healthy)" 0
  check "healthy" "$(ask_code healthcheck run h1)" 0
  check "and knows" "$(field h1 .State.Health.Status)" healthy
  end h1
}

flow_kube() {
  pods_have_devices || return 0
  cat >"$work/pod.yaml" <<'YAML'
apiVersion: v1
kind: Pod
metadata: {name: k1}
spec:
  hostNetwork: true
  containers:
    - name: a
      image: localhost/box:latest
      imagePullPolicy: Never
      command: ["sh", "-c", "echo from $WORD; sleep 1000"]
      env: [{name: WORD, value: kube}]
      resources: {limits: {memory: 64Mi, cpu: "0.5"}}
      securityContext: {runAsUser: 1000, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true}
YAML
  check "play" "$(ask_code play kube "$work/pod.yaml")" 0
  check "logs" "$(until_true logs_have k1-a kube; ask logs k1-a)" "from kube"
  check "what the pod says" "$(ask exec k1-a sh -c "$(in_cgroup memory.max cpu.max); id -u; grep NoNewPrivs /proc/self/status; touch /x 2>/dev/null; echo \$?")" \
    "67108864 50000 100000 1000 NoNewPrivs:	1 1"
  check "down" "$(ask_code play kube --down "$work/pod.yaml")" 0
}
