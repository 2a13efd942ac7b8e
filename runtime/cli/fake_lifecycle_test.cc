#include "runtime/cli/fake_lifecycle_test.h"

#include <cstdlib>

#include "runtime/cli/other_program.h"
#include "third_party/boost_test.h"

namespace oci::cli {

// No program takes the place of the test.
Error become(std::string_view program, const Arguments&, std::span<const char* const> words) {
  return {ErrorKind::kUnsupported, cat(words.front(), ": '", program, "' is missing")};
}

}  // namespace oci::cli

namespace oci::lifecycle {

Fake fake;

namespace {

// So that an unprivileged user has the same state root as root.
struct RuntimeDirectory {
  RuntimeDirectory() { setenv("XDG_RUNTIME_DIR", "/run", 1); }
};
BOOST_TEST_GLOBAL_FIXTURE(RuntimeDirectory);

std::string shown(const Context& context) {
  std::string out = context.root == "/run/oci-rt" ? "" : cat(" root=", context.root);
  if (context.cgroup_manager == CgroupManager::kDisabled) out += " no-cgroups";
  if (context.cgroup_manager == CgroupManager::kSystemd) out += " systemd";
  return out;
}

std::string shown(const CreateOptions& o) {
  std::string out = cat(" id=", o.id);
  const auto add = [&out](std::string_view name, const std::string& value) {
    if (!value.empty()) out += cat(" ", name, "=", value);
  };
  add("bundle", o.bundle);
  add("config", o.config);
  add("console", o.console_socket);
  add("pid-file", o.pid_file);
  add("pidfd", o.pidfd_socket);
  if (o.no_pivot) out += " no-pivot";
  if (o.no_new_keyring) out += " no-new-keyring";
  if (o.preserve_fds != 0) out += cat(" fds=", o.preserve_fds);
  return out;
}

}  // namespace

bool can_checkpoint() {
  return true;
}

bool has_systemd_driver() {
  return true;
}

Status create(const Context& context, const CreateOptions& options) {
  fake.request = cat("create", shown(context), shown(options));
  return {};
}

Result<int> run(const Context& context, const RunOptions& options) {
  fake.request = cat("run", shown(context), shown(options.create), options.detach ? " detach" : "",
                     options.keep ? " keep" : "");
  return 42;
}

Status add_mounts(const Context& context, const MountsOptions& o) {
  fake.request = cat("add mounts", shown(context), " id=", o.id, " file=", o.file);
  return {};
}

Status remove_mounts(const Context& context, const MountsOptions& o) {
  fake.request = cat("remove mounts", shown(context), " id=", o.id, " file=", o.file);
  return {};
}

Status update(const Context& context, const UpdateOptions& o) {
  fake.request = cat("update", shown(context), " id=", o.id);
  const auto add = [](std::string_view name, const auto& value) {
    if (value) fake.request += cat(" ", name, "=", *value);
  };
  if (!o.resources_file.empty()) fake.request += cat(" resources=", o.resources_file);
  add("memory", o.resources.memory->limit);
  add("swap", o.resources.memory->swap);
  add("quota", o.resources.cpu->quota);
  add("cpus", o.resources.cpu->cpus);
  add("pids", o.resources.pids->limit);
  add("burst", o.resources.cpu->burst);
  add("idle", o.resources.cpu->idle);
  if (!o.l3_cache_schema.empty()) fake.request += cat(" cache=", o.l3_cache_schema);
  if (!o.mem_bw_schema.empty()) fake.request += cat(" bandwidth=", o.mem_bw_schema);
  return {};
}

Status pause(const Context& context, const std::string& id) {
  fake.request = cat("pause", shown(context), " id=", id);
  return {};
}

Status resume(const Context& context, const std::string& id) {
  fake.request = cat("resume", shown(context), " id=", id);
  return {};
}

Result<std::vector<pid_t>> processes(const Context& context, const std::string& id) {
  fake.request = cat("ps", shown(context), " id=", id);
  return std::vector<pid_t>{1, 23};
}

Status events(const Context& context, const EventsOptions& o) {
  fake.request = cat("events", shown(context), " id=", o.id, o.once ? " once" : "", " every ",
                     o.interval.count(), "ns");
  return o.say("{}\n");
}

Result<int> exec(const Context& context, const ExecOptions& o) {
  std::string text = cat("exec", shown(context), " id=", o.id);
  const auto add = [&text](std::string_view name, const std::string& value) {
    if (!value.empty()) text += cat(" ", name, "=", value);
  };
  add("process", o.process_file);
  for (const std::string& word : o.args)
    add("arg", word);
  for (const std::string& entry : o.env)
    add("env", entry);
  for (const std::string& name : o.capabilities)
    add("cap", name);
  for (const uint32_t gid : o.additional_gids)
    text += cat(" group=", gid);
  if (o.uid) text += cat(" uid=", *o.uid);
  if (o.gid) text += cat(" gid=", *o.gid);
  add("cwd", o.cwd);
  add("cgroup", o.cgroup);
  add("console", o.console_socket);
  add("pid-file", o.pid_file);
  if (o.terminal) text += " tty";
  if (o.detach) text += " detach";
  if (o.no_new_privileges) text += " no-new-privs";
  if (o.ignore_paused) text += " ignore-paused";
  if (o.preserve_fds != 0) text += cat(" fds=", o.preserve_fds);
  fake.request = text;
  return 0;
}

Status start(const Context& context, const std::string& id) {
  fake.request = cat("start", shown(context), " id=", id);
  return {};
}

Result<spec::State> state(const Context& context, const std::string& id) {
  fake.request = cat("state", shown(context), " id=", id);
  if (!fake.taken.contains(id)) return Error(ErrorKind::kNotFound, "does not exist");
  return spec::State{.id = id, .bundle = "/b", .rootfs = "/b/rootfs"};
}

Result<std::vector<Listed>> list(const Context& context) {
  fake.request = cat("list", shown(context));
  return fake.listed;
}

Result<std::vector<Garbage>> collect_garbage(const Context& context, bool remove) {
  fake.request = cat("gc", shown(context), remove ? " remove" : "");
  return std::vector<Garbage>();
}

Status kill(const Context& context, const KillOptions& options) {
  fake.request = cat("kill", shown(context), " id=", options.id, " signal=", options.signal,
                     options.all ? " all" : "");
  return {};
}

Status delete_container(const Context& context, const DeleteOptions& options) {
  fake.request = cat("delete", shown(context), " id=", options.id, options.force ? " force" : "");
  return {};
}

}  // namespace oci::lifecycle
