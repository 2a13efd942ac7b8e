#include "spec/write/default_config.h"

#include "spec/error.h"
#include "spec/model/state.h"

namespace oci::spec {
namespace {

constexpr char kProcess[] = R"(    "process": {
        "terminal": true,
        "user": {"uid": 0, "gid": 0},
        "args": ["sh"],
        "env": [
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "TERM=xterm"
        ],
        "cwd": "/",
        "capabilities": {
            "bounding": ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"],
            "effective": ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"],
            "permitted": ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"]
        },
        "rlimits": [{"type": "RLIMIT_NOFILE", "hard": 1024, "soft": 1024}],
        "noNewPrivileges": true
    },
    "root": {"path": "rootfs", "readonly": true},
    "hostname": "oci-rt",
)";

constexpr char kMounts[] = R"(    "mounts": [
        {
            "destination": "/proc",
            "type": "proc",
            "source": "proc",
            "options": ["nosuid", "noexec", "nodev"]
        },
        {
            "destination": "/dev",
            "type": "tmpfs",
            "source": "tmpfs",
            "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]
        },
        {
            "destination": "/dev/pts",
            "type": "devpts",
            "source": "devpts",
            "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620")";

constexpr char kMoreMounts[] = R"(]
        },
        {
            "destination": "/dev/shm",
            "type": "tmpfs",
            "source": "shm",
            "options": ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]
        },
        {
            "destination": "/dev/mqueue",
            "type": "mqueue",
            "source": "mqueue",
            "options": ["nosuid", "noexec", "nodev"]
        },
)";

constexpr char kOwnSys[] = R"(        {
            "destination": "/sys",
            "type": "sysfs",
            "source": "sysfs",
            "options": ["nosuid", "noexec", "nodev", "ro"]
        },
)";

// Only the owner of the network namespace may mount a new sysfs.
constexpr char kHostSys[] = R"(        {
            "destination": "/sys",
            "type": "none",
            "source": "/sys",
            "options": ["rbind", "nosuid", "noexec", "nodev", "ro"]
        },
)";

constexpr char kCgroupMount[] = R"(        {
            "destination": "/sys/fs/cgroup",
            "type": "cgroup",
            "source": "cgroup",
            "options": ["nosuid", "noexec", "nodev", "relatime", "ro"]
        }
    ],
)";

constexpr char kNamespaces[] = R"(            {"type": "pid"},
            {"type": "ipc"},
            {"type": "uts"},
            {"type": "mount"},
            {"type": "cgroup"}
        ],
)";

constexpr char kPaths[] = R"(        "maskedPaths": [
            "/proc/acpi",
            "/proc/asound",
            "/proc/interrupts",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/sched_debug",
            "/proc/scsi",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/sys/devices/virtual/powercap",
            "/sys/firmware"
        ],
        "readonlyPaths": [
            "/proc/bus",
            "/proc/fs",
            "/proc/irq",
            "/proc/sys",
            "/proc/sysrq-trigger"
        ]
    }
}
)";

std::string version_line() {
  return cat("{\n    \"ociVersion\": \"", kOciVersion, "\",\n");
}

std::string mapping_line(std::string_view key, uint32_t id) {
  return cat("        \"", key, "\": [{\"containerID\": 0, \"hostID\": ", id, ", \"size\": 1}],\n");
}

}  // namespace

std::string default_config() {
  constexpr char kGroupTty[] = R"(, "gid=5")";
  constexpr char kNoDevices[] =
      R"(        "resources": {"devices": [{"allow": false, "access": "rwm"}]},)"
      "\n";
  constexpr char kOwnNetwork[] = R"(            {"type": "network"},)"
                                 "\n";
  return cat(version_line(), kProcess, kMounts, kGroupTty, kMoreMounts, kOwnSys, kCgroupMount,
             "    \"linux\": {\n", kNoDevices, "        \"namespaces\": [\n", kOwnNetwork,
             kNamespaces, kPaths);
}

std::string rootless_config(uint32_t uid, uint32_t gid) {
  constexpr char kOwnUsers[] = R"(            {"type": "user"},)"
                               "\n";
  return cat(version_line(), kProcess, kMounts, kMoreMounts, kHostSys, kCgroupMount,
             "    \"linux\": {\n", mapping_line("uidMappings", uid),
             mapping_line("gidMappings", gid), "        \"namespaces\": [\n", kOwnUsers,
             kNamespaces, kPaths);
}

}  // namespace oci::spec
