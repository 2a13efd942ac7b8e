#include "runtime/lifecycle/transitions.h"

namespace oci::lifecycle {
namespace {

using spec::ContainerStatus;

constexpr std::string_view kOk = "";

struct Row {
  Verb verb;
  ContainerStatus status;
  std::string_view refusal;  // kOk: legal
};

// Engines parse these texts: containerd, CRI-O and podman search for "container not running".
constexpr Row kRows[] = {
    {Verb::kStart, ContainerStatus::kCreating, "cannot start a container that is being created"},
    {Verb::kStart, ContainerStatus::kCreated, kOk},
    {Verb::kStart, ContainerStatus::kRunning, "cannot start an already running container"},
    {Verb::kStart, ContainerStatus::kPaused,
     "cannot start an already running container: it is paused"},
    {Verb::kStart, ContainerStatus::kStopped, "cannot start a container that has stopped"},
    {Verb::kKill, ContainerStatus::kCreating, "container not running: it is being created"},
    {Verb::kKill, ContainerStatus::kCreated, kOk},
    {Verb::kKill, ContainerStatus::kRunning, kOk},
    {Verb::kKill, ContainerStatus::kPaused, kOk},
    {Verb::kKill, ContainerStatus::kStopped, "container not running"},
    // `delete` kills a created container first. The specification says error, but every engine
    // relies on it.
    {Verb::kDelete, ContainerStatus::kCreating,
     "cannot delete container that is not stopped: creating (use --force)"},
    {Verb::kDelete, ContainerStatus::kCreated, kOk},
    {Verb::kDelete, ContainerStatus::kRunning,
     "cannot delete container that is not stopped: running (use --force, or kill it first)"},
    {Verb::kDelete, ContainerStatus::kPaused,
     "cannot delete container that is not stopped: paused (use --force)"},
    {Verb::kDelete, ContainerStatus::kStopped, kOk},
    {Verb::kExec, ContainerStatus::kCreating, "cannot exec in a container that is being created"},
    {Verb::kExec, ContainerStatus::kCreated, kOk},
    {Verb::kExec, ContainerStatus::kRunning, kOk},
    {Verb::kExec, ContainerStatus::kPaused,
     "cannot exec in a paused container (use --ignore-paused to override)"},
    {Verb::kExec, ContainerStatus::kStopped, "cannot exec in a stopped container"},
    {Verb::kPause, ContainerStatus::kCreating, "container not running: it is being created"},
    {Verb::kPause, ContainerStatus::kCreated, kOk},
    {Verb::kPause, ContainerStatus::kRunning, kOk},
    {Verb::kPause, ContainerStatus::kPaused, "container is paused already"},
    {Verb::kPause, ContainerStatus::kStopped, "container not running"},
    {Verb::kResume, ContainerStatus::kCreating, "container not paused: it is being created"},
    {Verb::kResume, ContainerStatus::kCreated, "container not paused: it is not started yet"},
    {Verb::kResume, ContainerStatus::kRunning, "container not paused"},
    {Verb::kResume, ContainerStatus::kPaused, kOk},
    {Verb::kResume, ContainerStatus::kStopped, "container not running"},
    {Verb::kPs, ContainerStatus::kCreating, "container not running: it is being created"},
    {Verb::kPs, ContainerStatus::kCreated, kOk},
    {Verb::kPs, ContainerStatus::kRunning, kOk},
    {Verb::kPs, ContainerStatus::kPaused, kOk},
    // Usually empty, but a process may outlive init where the container shares a pid namespace.
    {Verb::kPs, ContainerStatus::kStopped, kOk},
    {Verb::kUpdate, ContainerStatus::kCreating, "container not running: it is being created"},
    {Verb::kUpdate, ContainerStatus::kCreated, kOk},
    {Verb::kUpdate, ContainerStatus::kRunning, kOk},
    {Verb::kUpdate, ContainerStatus::kPaused, kOk},
    {Verb::kUpdate, ContainerStatus::kStopped, "container not running"},
    {Verb::kMounts, ContainerStatus::kCreating, "container not running: it is being created"},
    {Verb::kMounts, ContainerStatus::kCreated, kOk},
    {Verb::kMounts, ContainerStatus::kRunning, kOk},
    {Verb::kMounts, ContainerStatus::kPaused, kOk},
    {Verb::kMounts, ContainerStatus::kStopped, "container not running"},
    {Verb::kCheckpoint, ContainerStatus::kCreating, "container not running: it is being created"},
    {Verb::kCheckpoint, ContainerStatus::kCreated, "container not running: it is not started yet"},
    {Verb::kCheckpoint, ContainerStatus::kRunning, kOk},
    {Verb::kCheckpoint, ContainerStatus::kPaused, kOk},
    {Verb::kCheckpoint, ContainerStatus::kStopped, "container not running"},
};

}  // namespace

Status check_transition(Verb verb, ContainerStatus status, std::string_view id) {
  for (const Row& row : kRows) {
    if (row.verb != verb || row.status != status) continue;
    if (row.refusal == kOk) return {};
    return Error(ErrorKind::kWrongState, cat("container \"", id, "\": ", row.refusal));
  }
  return Error(ErrorKind::kWrongState, cat("container \"", id, "\" is in an unknown state"));
}

}  // namespace oci::lifecycle
