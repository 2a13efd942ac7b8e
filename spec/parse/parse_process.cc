#include "spec/parse/parse_process.h"

#include "spec/parse/names.h"
#include "spec/parse/reader.h"

namespace oci::spec {

// Reader finds these by argument-dependent lookup, so they cannot be in an anonymous namespace.
void parse(Reader& in, ConsoleSize& out);
void parse(Reader& in, User& out);
void parse(Reader& in, Capabilities& out);
void parse(Reader& in, Rlimit& out);
void parse(Reader& in, IoPriority& out);
void parse(Reader& in, Scheduler& out);
void parse(Reader& in, ExecCpuAffinity& out);

void parse(Reader& in, ConsoleSize& out) {
  in.required("height", out.height);
  in.required("width", out.width);
}

// The prose requires uid and gid, the schema does not. Accepts configs written to either.
void parse(Reader& in, User& out) {
  in.optional("uid", out.uid);
  in.optional("gid", out.gid);
  in.optional("umask", out.umask);
  in.optional("additionalGids", out.additional_gids);
  in.discard_string("username");
}

void parse(Reader& in, Capabilities& out) {
  in.optional("bounding", out.bounding);
  in.optional("effective", out.effective);
  in.optional("inheritable", out.inheritable);
  in.optional("permitted", out.permitted);
  in.optional("ambient", out.ambient);
}

void parse(Reader& in, Rlimit& out) {
  in.required_enum("type", kRlimitNames, out.resource);
  in.required("soft", out.soft);
  in.required("hard", out.hard);
}

void parse(Reader& in, IoPriority& out) {
  in.required_enum("class", kIoPriorityClassNames, out.io_class);
  in.optional("priority", out.priority);
}

void parse(Reader& in, Scheduler& out) {
  in.required_enum("policy", kSchedulerPolicyNames, out.policy);
  in.optional("nice", out.nice);
  in.optional("priority", out.priority);
  in.names("flags", kSchedulerFlagNames, [&](uint64_t flag) { out.flags |= flag; });
  in.optional("runtime", out.runtime);
  in.optional("deadline", out.deadline);
  in.optional("period", out.period);
}

void parse(Reader& in, ExecCpuAffinity& out) {
  in.optional("initial", out.initial);
  in.optional("final", out.final_);
}

void parse(Reader& in, Process& out) {
  in.optional("terminal", out.terminal);
  in.optional("consoleSize", out.console_size);
  in.optional("user", out.user);
  in.optional("args", out.args);
  in.discard_string("commandLine");
  in.optional("env", out.env);
  in.required("cwd", out.cwd);
  in.optional("capabilities", out.capabilities);
  in.optional("rlimits", out.rlimits);
  in.optional("noNewPrivileges", out.no_new_privileges);
  in.optional("oomScoreAdj", out.oom_score_adj);
  in.optional("apparmorProfile", out.apparmor_profile);
  in.optional("selinuxLabel", out.selinux_label);
  in.optional("ioPriority", out.io_priority);
  in.optional("scheduler", out.scheduler);
  in.optional("execCPUAffinity", out.exec_cpu_affinity);
}

}  // namespace oci::spec
