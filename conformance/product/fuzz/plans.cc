#include "conformance/product/fuzz/plans.h"

#include <array>
#include <string_view>
#include <utility>

#include "conformance/product/fuzz/target.h"
#include "runtime/plan/explain.h"
#include "third_party/rapidjson.h"

namespace oci::fuzz {
namespace {

// Every component is a name: none is empty, "." or "..".
bool is_clean(std::string_view path) {
  if (path == "/") return true;
  if (!path.starts_with('/') || path.ends_with('/')) return false;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view name = path.substr(0, path.find('/'));
    if (name.empty() || name == "." || name == "..") return false;
    path.remove_prefix(name.size());
  }
  return true;
}

class BlockCheck {
 public:
  explicit BlockCheck(const wire::LaunchPlan& plan) : bytes_(plan.block), init_(plan.init()) {}

  void run() const {
    demand(bytes_.size() >= sizeof init_ && init_.size == bytes_.size(),
           "a plan knows the size of its block");
    for (const wire::Text text :
         {init_.rootfs, init_.hostname, init_.domainname, init_.apparmor_command,
          init_.selinux_label, init_.time_offsets, init_.cwd})
      string(text);
    each(init_.mounts, [&](const wire::MountOp& op) { mount(op); });
    each(init_.devices, [&](const wire::DeviceOp& op) { path(op.path); });
    each(init_.links, [&](const wire::LinkOp& op) { path(op.path), string(op.target); });
    each(init_.masked_paths, [&](const wire::PathOp& op) { path(op.path); });
    each(init_.readonly_paths, [&](const wire::PathOp& op) { path(op.path); });
    each(init_.sysctls, [&](const wire::SysctlOp& op) { sysctl(op); });
    each(init_.create_container_hooks, [&](const wire::HookOp& op) { hook(op); });
    each(init_.start_container_hooks, [&](const wire::HookOp& op) { hook(op); });
    each(init_.candidates, [&](const wire::Text& text) { string(text); });
    if (init_.cwd) path(init_.cwd);
    vector(init_.args);
    vector(init_.env);
  }

 private:
  std::string_view string(wire::Text text) const {
    if (!text) return {};
    const size_t end = text.at < bytes_.size() ? bytes_.find('\0', text.at) : bytes_.npos;
    demand(text.at >= sizeof init_ && end != bytes_.npos,
           "a text of a plan lies in its block and ends there");
    return std::string_view(bytes_).substr(text.at, end - text.at);
  }

  void path(wire::Text text) const {
    demand(is_clean(string(text)), "a path in the container is absolute and clean", string(text));
  }

  template <class T, class Check>
  void each(wire::List<T> list, Check check) const {
    demand(list.at % alignof(T) == 0 && list.at <= bytes_.size() &&
               (bytes_.size() - list.at) / sizeof(T) >= list.count,
           "a list of a plan lies in its block");
    for (uint32_t i = 0; i < list.count; ++i)
      check(init_.begin(list)[i]);
  }

  void vector(wire::Vector vector) const {
    demand(vector.slots > vector.count || vector.slots == 0, "a vector has room for its end");
    each(wire::List<uint64_t>{vector.at, vector.slots}, [](uint64_t) {});
    each(wire::List<uint64_t>{vector.at, vector.count},
         [&](uint64_t at) { string({static_cast<uint32_t>(at)}); });
  }

  void mount(const wire::MountOp& op) const {
    path(op.target);
    for (const wire::Text text : {op.source, op.type, op.label})
      string(text);
    each(op.parameters, [&](const wire::Parameter& one) { string(one.key), string(one.value); });
    each(op.layers, [&](const wire::Parameter& one) { string(one.key), string(one.value); });
  }

  void sysctl(const wire::SysctlOp& op) const {
    demand(is_clean(cat("/", string(op.path))), "a sysctl is a clean path below /proc/sys",
           string(op.path));
    string(op.key), string(op.value);
  }

  void hook(const wire::HookOp& op) const {
    string(op.path);
    vector(op.args);
    vector(op.env);
  }

  const std::string& bytes_;
  const wire::InitPlan& init_;
};

}  // namespace

std::span<const plan::Host> hosts() {
  constexpr uint64_t kAll = (uint64_t{1} << 41) - 1;
  static const std::array<plan::Host, 3> all = {{
      {.capabilities = {.permitted = kAll, .bounding = kAll, .last = 40},
       .apparmor = true,
       .selinux = true,
       .cgroup2_mount_point = "/sys/fs/cgroup"},
      {.euid = 1000, .egid = 1000, .capabilities = {.bounding = kAll, .last = 40}},
      {.in_initial_user_namespace = false,
       .owns_mounts = false,
       .set_groups_denied = true,
       .capabilities = {.permitted = 0xff, .bounding = 0xff, .last = 40},
       .stack_limit = 1 << 20,
       .mount_max = 10,
       .joins_initial_cgroup_namespace = true,
       .cgroup2_mount_point = "/sys/fs/cgroup/unified"},
  }};
  return all;
}

plan::Request some_request() {
  return {.id = "web1",
          .bundle = "/bundle",
          .preserved = {3, 4},
          .listen_fds = 1,
          .listen_names = "web",
          .creating_head = "{\"pid\":",
          .creating_tail = "}",
          .created_head = "{\"pid\":",
          .created_tail = "}",
          .callers_environment = {"PATH=/bin"}};
}

void check_plan(wire::LaunchPlan plan) {
  BlockCheck(plan).run();
  const std::string text = plan::explain(plan);
  json::Document document;
  document.Parse<json::kValidateUtf8>(text.data(), text.size());
  demand(!document.HasParseError() && document.IsObject(), "what `plan` prints is JSON", text);

  const auto place = [&](size_t offset) {
    demand(offset % alignof(int32_t) == 0 && offset + sizeof(int32_t) <= plan.block.size(),
           "the place of a descriptor lies in the block");
    plan.set_fd(offset, 9);
  };
  for (const auto& join : plan.joins)
    place(join.fd_offset);
  for (const auto& tree : plan.trees)
    place(tree.fd_offset);
  for (const auto& filesystem : plan.mapped_filesystems)
    place(filesystem.fd_offset);
  for (const auto& node : plan.device_nodes)
    place(node.fd_offset);
  BlockCheck(plan).run();
}

}  // namespace oci::fuzz
