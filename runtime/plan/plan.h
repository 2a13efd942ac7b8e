// Makes the whole plan of a container: all actions of `create`, decided beforehand as plain data.
//
// Pure: reads only its arguments, and changes nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/plan/cgroup_manager.h"
#include "runtime/plan/host.h"
#include "runtime/wire/launch_plan.h"
#include "spec/error.h"
#include "spec/model/config.h"

namespace oci::plan {

// All that a plan has to say, in place of the first error.
struct Findings {
  std::vector<Error> errors;
  std::vector<wire::Warning> warnings;
};

// Input of the command line and the lifecycle besides the config.
struct Request {
  std::string id;
  std::string bundle;           // absolute
  bool detached = true;         // false: foreground `run`, which can relay a terminal itself
  bool console_socket = false;  // --console-socket was given
  bool no_pivot = false;
  bool no_new_keyring = false;
  CgroupManager cgroup_manager = CgroupManager::kCgroupfs;  // kDisabled: no device rules
  wire::Verify verify{};                  // for `create` and `exec`, not for `mounts`
  std::vector<int32_t> preserved;         // stay open, including those of LISTEN_FDS
  std::optional<uint32_t> callers_umask;  // absent: the runtime's own, which init inherits
  std::optional<int> listen_fds;          // LISTEN_FDS of the runtime's own environment, > 0
  std::string listen_names;               // LISTEN_FDNAMES beside it. "": none
  // The state for a hook's standard input, split where init's pid goes. Used only with hooks.
  std::string creating_head, creating_tail;      // createContainer: status "creating"
  std::string created_head, created_tail;        // startContainer: status "created"
  std::vector<std::string> callers_environment;  // for createContainer hooks without their own
  Findings* findings = nullptr;                  // for a report: planning goes on behind an error
};

// `config` must have passed spec/validate. Errors name the property: "mounts[2].options[1]: ...".
Result<wire::LaunchPlan> make_plan(const spec::Config& config, const Host& host,
                                   const Request& request);

// Facts about a running container, besides its config, for a change of its mounts.
struct Member {
  std::string user_namespace;            // a path, for mounts with its ids
  std::vector<uint64_t> outward_mounts;  // see runtime/wire/plan.h
};

// The plan to add config.mounts to the running container that the rest of `config` made.
Result<wire::LaunchPlan> make_add_mounts_plan(const spec::Config& config, const Host& host,
                                              const Request& request, const Member& member);

// The plan to remove the mounts at the destinations of config.mounts.
Result<wire::LaunchPlan> make_remove_mounts_plan(const spec::Config& config, const Host& host,
                                                 const Request& request, const Member& member);

// CLONE_NEW* types of the namespaces that `create` makes for `config`, and joins none instead.
uint64_t made_namespaces(const spec::Config& config);

// The class of service of a container, for verbs that come after `create`.
wire::ResctrlGroup resctrl_group(const spec::IntelRdt& wanted, const std::string& id);

// The plan of another process, config.process, in the running container made from `config`.
Result<wire::LaunchPlan> make_exec_plan(const spec::Config& config, const Host& host,
                                        const Request& request);

}  // namespace oci::plan
