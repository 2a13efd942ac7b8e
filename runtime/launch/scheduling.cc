#include "runtime/launch/scheduling.h"

#include <linux/ioprio.h>
#include <linux/sched/types.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "spec/number_list.h"
#include "spec/parse/names.h"

namespace oci::launch {
namespace {

std::string why_not_permitted(uint32_t policy, std::string_view name) {
  const std::string lacks = cat("the kernel refuses ", name, ": the runtime lacks CAP_SYS_NICE");
  switch (policy) {
    case SCHED_FIFO:
    case SCHED_RR:
      return cat(lacks, ", or the cgroup has no real-time budget (cpu.rt_runtime_us)");
    case SCHED_DEADLINE:
      return cat(lacks, ", or the process is kept from some CPUs (cpuset, taskset)");
    default:
      return cat(lacks, ", which a better nice value takes");
  }
}

Error scheduler_error(int error, const spec::Scheduler& scheduler) {
  const std::string_view name = spec::name_of(spec::kSchedulerPolicyNames, scheduler.policy);
  std::string path = "process.scheduler";
  std::string why;
  switch (error) {
    case EINVAL:
      if (scheduler.policy == spec::kSchedIso) {
        path += ".policy";
        why = "this kernel has no SCHED_ISO";
      } else {
        why = cat("the kernel does not accept these values for ", name);
      }
      break;
    case EPERM:
      why = why_not_permitted(scheduler.policy, name);
      break;
    case EBUSY:
      why = "the CPUs have no such bandwidth left; see kernel.sched_rt_runtime_us";
      break;
    case EOPNOTSUPP:
      path += ".flags";
      why = "this kernel has no utilization clamping (CONFIG_UCLAMP_TASK)";
      break;
    default:
      return Error::system(error, Property{path}, cat("set ", name));
  }
  return Error(ErrorKind::kUnsupported, Property{path}, std::string(why));
}

}  // namespace

Status set_scheduler(pid_t pid, const spec::Scheduler& scheduler) {
  sched_attr attributes = {};
  attributes.size = sizeof attributes;
  attributes.sched_policy = scheduler.policy;
  attributes.sched_flags = scheduler.flags;
  attributes.sched_nice = scheduler.nice;
  attributes.sched_priority = static_cast<uint32_t>(scheduler.priority);
  attributes.sched_runtime = scheduler.runtime;
  attributes.sched_deadline = scheduler.deadline;
  attributes.sched_period = scheduler.period;
  if (::syscall(SYS_sched_setattr, pid, &attributes, 0) == 0) return {};
  return scheduler_error(errno, scheduler);
}

Status set_io_priority(pid_t pid, const spec::IoPriority& priority) {
  const int value = IOPRIO_PRIO_VALUE(priority.io_class, priority.priority);
  if (::syscall(SYS_ioprio_set, IOPRIO_WHO_PGRP, pid, value) == 0) return {};
  if (errno == EPERM) {
    return Error(ErrorKind::kUnsupported, Property{"process.ioPriority.class"},
                 cat(spec::name_of(spec::kIoPriorityClassNames, priority.io_class),
                     " takes CAP_SYS_NICE, which the runtime lacks"));
  }
  return Error::system(errno, Property{"process.ioPriority"});
}

Status set_affinity(pid_t pid, const std::string& cpus, std::string_view property) {
  const auto mask = spec::parse_number_list(cpus, spec::kMostCpus);
  if (!mask)
    return Error(ErrorKind::kInvalidConfig, Property{std::string(property)}, "no list of CPUs");
  if (::syscall(SYS_sched_setaffinity, pid, mask->size() * sizeof(uint64_t), mask->data()) == 0) {
    return {};
  }
  if (errno == EINVAL) {
    return Error(ErrorKind::kUnsupported, Property{std::string(property)},
                 cat("none of the CPUs '", cpus, "' is there and allowed"));
  }
  return Error::system(errno, Property{std::string(property)});
}

}  // namespace oci::launch
