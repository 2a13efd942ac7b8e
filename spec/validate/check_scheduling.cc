// Scheduling and memory policy of the process: config.md#linux-process,
// config-linux.md#memory-policy. Checks that need the running kernel are left to it.
#include <bit>

#include "spec/number_list.h"
#include "spec/parse/names.h"
#include "spec/validate/checks.h"

namespace oci::spec {
namespace {

constexpr char kScheduler[] = "process.scheduler";

bool is_realtime(uint32_t policy) {
  return policy == SCHED_FIFO || policy == SCHED_RR;
}

// sched(7), SCHED_DEADLINE: 1024 ns <= runtime <= deadline <= period. A period of 0 stands for the
// deadline.
void check_deadline(const Scheduler& scheduler, Diagnostics& out) {
  constexpr uint64_t kLeastRuntime = 1024;
  if (scheduler.runtime < kLeastRuntime) {
    out.add(child_path(kScheduler, "runtime"),
            cat("expected at least ", kLeastRuntime, " (nanoseconds), found ", scheduler.runtime),
            Code::kRange);
  }
  if (scheduler.deadline < scheduler.runtime) {
    out.add(child_path(kScheduler, "deadline"),
            cat("expected at least runtime (", scheduler.runtime, "), found ", scheduler.deadline),
            Code::kConflict);
  }
  if (scheduler.period != 0 && scheduler.period < scheduler.deadline) {
    out.add(child_path(kScheduler, "period"),
            cat("expected at least deadline (", scheduler.deadline, "), found ", scheduler.period),
            Code::kConflict);
  }
}

// sched_setattr(2) ignores attributes of other policies, and clamps a nice value to its range. The
// process would not run as configured.
void check_scheduler(const Scheduler& scheduler, Diagnostics& out) {
  if (scheduler.nice < -20 || scheduler.nice > 19) {
    out.add(child_path(kScheduler, "nice"), cat("expected -20 to 19, found ", scheduler.nice),
            Code::kRange);
  }
  if (is_realtime(scheduler.policy)) {
    if (scheduler.priority < 1 || scheduler.priority > 99) {
      out.add(child_path(kScheduler, "priority"),
              cat("expected 1 to 99 for ", name_of(kSchedulerPolicyNames, scheduler.policy),
                  ", found ", scheduler.priority),
              Code::kRange);
    }
  } else if (scheduler.priority != 0) {
    out.add(child_path(kScheduler, "priority"), "applies to SCHED_FIFO and SCHED_RR only",
            Code::kConflict);
  }
  if (scheduler.policy == SCHED_DEADLINE) return check_deadline(scheduler, out);
  const struct {
    const char* key;
    uint64_t value;
  } times[] = {{"runtime", scheduler.runtime},
               {"deadline", scheduler.deadline},
               {"period", scheduler.period}};
  for (const auto& time : times) {
    if (time.value != 0)
      out.add(child_path(kScheduler, time.key), "applies to SCHED_DEADLINE only", Code::kConflict);
  }
}

// sched(7): a deadline process cannot fork unless the child loses the policy.
void check_hooks_can_run(const Config& config, Diagnostics& out) {
  const Scheduler& scheduler = *config.process->scheduler;
  if (scheduler.policy != SCHED_DEADLINE || config.hooks.start_container.empty()) return;
  if ((scheduler.flags & SCHED_FLAG_RESET_ON_FORK) != 0) return;
  out.add(child_path(kScheduler, "flags"),
          "expected SCHED_FLAG_RESET_ON_FORK, without which a SCHED_DEADLINE process cannot run "
          "hooks.startContainer",
          Code::kConflict);
}

void check_io_priority(const IoPriority& priority, Diagnostics& out) {
  if (priority.priority >= 0 && priority.priority <= 7) return;
  out.add("process.ioPriority.priority", cat("expected 0 to 7, found ", priority.priority),
          Code::kRange);
}

// Only `exec` applies it, but it is checked in every config.
void check_cpu_list(const std::string& list, const char* key, Diagnostics& out) {
  if (list.empty()) return;
  const auto set = parse_number_list(list, kMostCpus);
  if (set && !set->empty()) return;
  out.add(child_path("process.execCPUAffinity", key),
          cat("expected a list of CPUs such as 0-3,7, found ", quoted(list)), Code::kForm);
}

bool is_alone(uint32_t flags) {
  return flags == 0 || std::has_single_bit(flags);
}

// set_mempolicy(2).
void check_memory_policy(const MemoryPolicy& policy, Diagnostics& out) {
  constexpr char kNodes[] = "linux.memoryPolicy.nodes";
  constexpr char kFlags[] = "linux.memoryPolicy.flags";
  const std::string_view mode = name_of(kMemoryPolicyModeNames, policy.mode);
  const auto nodes = parse_number_list(policy.nodes, kMostNodes);
  if (!nodes) {
    return out.add(kNodes,
                   cat("invalid memory policy node: expected a list such as 0-3,7, found ",
                       quoted(policy.nodes)),
                   Code::kForm);
  }
  const size_t count = count_of(*nodes);
  const bool takes_none = policy.mode == MPOL_DEFAULT || policy.mode == MPOL_LOCAL;
  if (takes_none && count != 0) {
    out.add(kNodes, cat(mode, " mode requires 0 nodes but got ", count), Code::kConflict);
  }
  // MPOL_PREFERRED without a node means the local one.
  if (!takes_none && policy.mode != MPOL_PREFERRED && count == 0) {
    out.add(kNodes, cat(mode, " mode requires at least 1 node but got 0"), Code::kConflict);
  }
  constexpr uint32_t kNodeFlags = MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES;
  if (!is_alone(policy.flags & kNodeFlags)) {
    out.add(kFlags, "expected one of MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES, found both",
            Code::kConflict);
  }
  if ((policy.flags & kNodeFlags) != 0 && count == 0) {
    out.add(kFlags, cat(mode, " without nodes cannot have flags about nodes"), Code::kConflict);
  }
  if (policy.mode == MPOL_DEFAULT && (policy.flags & ~kNodeFlags) != 0) {
    out.add(kFlags, "MPOL_DEFAULT has no flags", Code::kConflict);
  }
}

}  // namespace

void check_scheduling(const Config& config, Diagnostics& out) {
  if (config.process) {
    const Process& process = *config.process;
    if (process.scheduler) {
      check_scheduler(*process.scheduler, out);
      check_hooks_can_run(config, out);
    }
    if (process.io_priority) check_io_priority(*process.io_priority, out);
    if (process.exec_cpu_affinity) {
      check_cpu_list(process.exec_cpu_affinity->initial, "initial", out);
      check_cpu_list(process.exec_cpu_affinity->final_, "final", out);
    }
  }
  if (config.linux && config.linux->memory_policy) {
    check_memory_policy(*config.linux->memory_policy, out);
  }
}

}  // namespace oci::spec
