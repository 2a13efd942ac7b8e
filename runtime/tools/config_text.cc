#include "runtime/tools/config_text.h"

#include <algorithm>

#include "spec/diagnostics.h"
#include "spec/parse/parse_json.h"
#include "spec/write/default_config.h"
#include "third_party/rapidjson.h"

namespace oci::tools {
namespace {

// A document with the accesses that an edit needs. Strings are copied into it.
class Editor {
 public:
  explicit Editor(std::string_view text) : text_(text) {
    (void)spec::parse_json(text_, buffer_, document_, problems_);
  }

  json::Value& root() { return document_; }

  json::Value string(std::string_view text) {
    return json::Value(text.data(), static_cast<json::Size>(text.size()), allocator());
  }

  // The member `key`, made as `type` if it is missing or null.
  json::Value& member(json::Value& object, std::string_view key, rapidjson::Type type) {
    const auto found = object.FindMember(json::ref(key));
    if (found != object.MemberEnd() && !found->value.IsNull()) return found->value;
    if (found != object.MemberEnd()) return found->value = json::Value(type);
    object.AddMember(string(key), json::Value(type), allocator());
    return object[json::ref(key)];
  }

  json::Value& object(json::Value& in, std::string_view key) {
    return member(in, key, rapidjson::kObjectType);
  }
  json::Value& array(json::Value& in, std::string_view key) {
    return member(in, key, rapidjson::kArrayType);
  }
  void set(json::Value& in, std::string_view key, json::Value value) {
    member(in, key, rapidjson::kNullType) = std::move(value);
  }
  void set(json::Value& in, std::string_view key, std::string_view text) {
    set(in, key, string(text));
  }
  json::Value strings(const std::vector<std::string>& texts) {
    json::Value list(rapidjson::kArrayType);
    for (const std::string& text : texts)
      list.PushBack(string(text), allocator());
    return list;
  }
  void push(json::Value& array, json::Value value) {
    array.PushBack(std::move(value), allocator());
  }

  std::string text() const {
    rapidjson::StringBuffer out;
    rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(out);
    writer.SetIndent(' ', 4);
    writer.SetFormatOptions(rapidjson::kFormatSingleLineArray);
    document_.Accept(writer);
    return cat(std::string_view(out.GetString(), out.GetSize()), "\n");
  }

 private:
  json::Document::AllocatorType& allocator() { return document_.GetAllocator(); }

  std::string text_, buffer_;
  spec::Diagnostics problems_;
  json::Document document_;
};

bool is_namespace(const json::Value& one, std::string_view type) {
  const auto found = one.FindMember("type");
  return found != one.MemberEnd() && found->value == json::ref(type);
}

json::Value one_namespace(Editor& edit, std::string_view type) {
  json::Value made(rapidjson::kObjectType);
  edit.set(made, "type", type);
  return made;
}

void set_net(Editor& edit, Net net) {
  json::Value& all = edit.array(edit.object(edit.root(), "linux"), "namespaces");
  for (auto one = all.Begin(); one != all.End();) {
    one = is_namespace(*one, "network") ? all.Erase(one) : one + 1;
  }
  if (net == Net::kNone) edit.push(all, one_namespace(edit, "network"));
}

void add_env(Editor& edit, json::Value& env, const std::string& entry) {
  const std::string_view name = std::string_view(entry).substr(0, entry.find('=') + 1);
  for (json::Value& old : env.GetArray()) {
    if (!old.IsString() || !std::string_view(old.GetString()).starts_with(name)) continue;
    old = edit.string(entry);
    return;
  }
  edit.push(env, edit.string(entry));
}

void add_volume(Editor& edit, json::Value& mounts, const Volume& volume) {
  json::Value mount(rapidjson::kObjectType);
  edit.set(mount, "destination", volume.destination);
  edit.set(mount, "type", "bind");
  edit.set(mount, "source", volume.source);
  // `ro` alone leaves mounts below SRC writable.
  std::vector<std::string> options = {"rbind", "nosuid", "nodev"};
  if (volume.read_only) options.emplace_back("rro");
  edit.set(mount, "options", edit.strings(options));
  edit.push(mounts, std::move(mount));
}

void set_user(Editor& edit, json::Value& process, const UserIds& ids) {
  json::Value user(rapidjson::kObjectType);
  edit.set(user, "uid", json::Value(ids.uid));
  edit.set(user, "gid", json::Value(ids.gid));
  if (!ids.groups.empty()) {
    json::Value& groups = edit.array(user, "additionalGids");
    for (const uint32_t gid : ids.groups)
      edit.push(groups, json::Value(gid));
  }
  edit.set(process, "user", std::move(user));
}

void set_limits(Editor& edit, const ContainerOptions& options) {
  if (!options.memory && !options.pids) return;
  json::Value& resources = edit.object(edit.object(edit.root(), "linux"), "resources");
  if (options.memory) {
    edit.set(edit.object(resources, "memory"), "limit", json::Value(*options.memory));
  }
  if (options.pids) edit.set(edit.object(resources, "pids"), "limit", json::Value(*options.pids));
}

void set_process(Editor& edit, const Changes& changes) {
  const ContainerOptions& options = changes.options;
  if (options.args.empty() && options.env.empty() && options.cwd.empty() && !changes.user &&
      !changes.terminal) {
    return;
  }
  json::Value& process = edit.object(edit.root(), "process");
  if (changes.terminal) edit.set(process, "terminal", json::Value(*changes.terminal));
  if (!options.args.empty()) edit.set(process, "args", edit.strings(options.args));
  if (!options.cwd.empty()) edit.set(process, "cwd", options.cwd);
  if (changes.user) set_user(edit, process, *changes.user);
  if (options.env.empty()) return;
  json::Value& env = edit.array(process, "env");
  for (const std::string& entry : options.env)
    add_env(edit, env, entry);
}

json::Value mappings(Editor& edit, const IdRange& range) {
  json::Value list(rapidjson::kArrayType);
  const auto add = [&](uint64_t inside, uint64_t outside, uint64_t size) {
    json::Value one(rapidjson::kObjectType);
    edit.set(one, "containerID", json::Value(inside));
    edit.set(one, "hostID", json::Value(outside));
    edit.set(one, "size", json::Value(size));
    edit.push(list, std::move(one));
  };
  add(0, range.own, 1);
  if (range.count != 0) add(1, range.first, range.count);
  return list;
}

// The capabilities of podman's containers.conf(5): enough for a package manager.
constexpr std::string_view kCapabilities[] = {
    "CAP_CHOWN",   "CAP_DAC_OVERRIDE",     "CAP_FOWNER",    "CAP_FSETID",
    "CAP_KILL",    "CAP_NET_BIND_SERVICE", "CAP_SETFCAP",   "CAP_SETGID",
    "CAP_SETPCAP", "CAP_SETUID",           "CAP_SYS_CHROOT"};

void set_capabilities(Editor& edit) {
  json::Value& sets = edit.object(edit.object(edit.root(), "process"), "capabilities");
  const std::vector<std::string> names(std::begin(kCapabilities), std::end(kCapabilities));
  for (const std::string_view set : {"bounding", "effective", "permitted"})
    edit.set(sets, set, edit.strings(names));
}

// Whoever owns the network namespace may mount a sysfs that shows it, and nothing else.
void set_own_sysfs(Editor& edit) {
  for (json::Value& mount : edit.array(edit.root(), "mounts").GetArray()) {
    if (mount["destination"] != json::ref("/sys")) continue;
    edit.set(mount, "type", "sysfs");
    edit.set(mount, "source", "sysfs");
    edit.set(mount, "options", edit.strings({"nosuid", "noexec", "nodev", "ro"}));
  }
}

}  // namespace

std::string default_text(const std::optional<UserNamespace>& own) {
  if (!own) return spec::default_config();
  return spec::rootless_config(own->uids.own, own->gids.own);
}

std::string rootfs_text(const std::optional<UserNamespace>& own, Net net) {
  Editor edit(default_text(own));
  edit.set(edit.object(edit.root(), "root"), "readonly", json::Value(false));
  set_capabilities(edit);
  set_net(edit, net);
  if (own) {
    json::Value& linux = edit.object(edit.root(), "linux");
    edit.set(linux, "uidMappings", mappings(edit, own->uids));
    edit.set(linux, "gidMappings", mappings(edit, own->gids));
    if (net == Net::kNone) set_own_sysfs(edit);
  }
  return edit.text();
}

std::string minimal_text(const std::optional<UserNamespace>& own) {
  Editor edit(R"({"ociVersion": "1.0.0", "process": {"args": ["sh"], "cwd": "/", "env":
      ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]}, "root": {"path": "rootfs"}, "mounts":
      [{"destination": "/proc", "type": "proc"}], "linux": {"namespaces": []}})");
  json::Value& linux = edit.object(edit.root(), "linux");
  json::Value& namespaces = edit.array(linux, "namespaces");
  for (const std::string_view type : {"pid", "mount"})
    edit.push(namespaces, one_namespace(edit, type));
  if (own) {
    edit.push(namespaces, one_namespace(edit, "user"));
    edit.set(linux, "uidMappings", mappings(edit, {.own = own->uids.own}));
    edit.set(linux, "gidMappings", mappings(edit, {.own = own->gids.own}));
  }
  return edit.text();
}

Result<std::string> changed_text(std::string_view text, const Changes& changes) {
  Editor edit(text);
  const ContainerOptions& options = changes.options;
  if (!options.rootfs.empty()) {
    edit.set(edit.object(edit.root(), "root"), "path", options.rootfs);
  }
  if (options.read_only) {
    edit.set(edit.object(edit.root(), "root"), "readonly", json::Value(true));
  }
  set_process(edit, changes);
  set_limits(edit, options);
  if (options.net) set_net(edit, *options.net);
  if (!options.volumes.empty()) {
    json::Value& mounts = edit.array(edit.root(), "mounts");
    for (const Volume& volume : options.volumes)
      add_volume(edit, mounts, volume);
  }
  return edit.text();
}

std::string notifying_text(std::string_view text, std::string_view listener_path, bool killable) {
  Editor edit(text);
  json::Value filter(rapidjson::kObjectType);
  edit.set(filter, "defaultAction", "SCMP_ACT_NOTIFY");
  // All that run on this machine: the kernel kills a call of another one. The native one is
  // understood.
  edit.set(filter, "architectures",
           edit.strings({"SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_ARM"}));
  edit.set(filter, "listenerPath", listener_path);
  if (killable) {
    edit.set(filter, "flags", edit.strings({"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"}));
  }
  edit.set(edit.object(edit.root(), "linux"), "seccomp", std::move(filter));
  return edit.text();
}

}  // namespace oci::tools
