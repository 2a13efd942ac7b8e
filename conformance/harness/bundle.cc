#include "conformance/harness/bundle.h"

#include <unistd.h>

#include <filesystem>
#include <stdexcept>

#include "conformance/harness/files.h"

namespace oci::conformance {
namespace {

constexpr char kBaseConfig[] = R"({
  "ociVersion": "1.0.2",
  "root": {"path": "rootfs"},
  "process": {"cwd": "/", "args": ["/bin/probe", "facts"], "env": ["PATH=/bin"],
              "user": {"uid": 0, "gid": 0}},
  "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"}],
  "linux": {"namespaces": [{"type": "pid"}, {"type": "mount"}, {"type": "uts"}, {"type": "ipc"},
                           {"type": "network"}]}
})";

constexpr const char* kDirectories[] = {"bin", "dev", "etc", "proc", "root", "sys", "tmp"};
constexpr const char* kApplets[] = {"cat",   "chmod", "dd",   "echo",   "false", "hostname",
                                    "id",    "ip",    "kill", "ls",     "mkdir", "mknod",
                                    "mount", "pwd",   "rm",   "sh",     "sleep", "stat",
                                    "stty",  "touch", "true", "umount", "uname"};

void link_or_copy(const std::string& from, const std::string& to) {
  if (exists(to)) return;
  if (::link(from.c_str(), to.c_str()) != 0) copy_file(from, to);
}

// Only directories: all bundles share the files of busybox and the probe.
void give_directories(const std::string& top, unsigned owner) {
  if (::lchown(top.c_str(), owner, owner) != 0) throw std::runtime_error("chown " + top);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(top)) {
    const bool plain = !entry.is_directory() || entry.is_symlink();
    if (!plain && ::lchown(entry.path().c_str(), owner, owner) != 0) {
      throw std::runtime_error("chown " + entry.path().string());
    }
  }
}

}  // namespace

Bundle::Bundle(std::string directory, const Template& parts) : directory_(std::move(directory)) {
  for (const char* name : kDirectories)
    make_dir(rootfs(name));
  link_or_copy(parts.busybox, rootfs("bin/busybox"));
  link_or_copy(parts.probe, rootfs("bin/probe"));
  for (const char* name : kApplets) {
    if (::symlink("busybox", rootfs(std::string("bin/") + name).c_str()) != 0 &&
        !exists(rootfs(std::string("bin/") + name))) {
      throw std::runtime_error("symlink in " + rootfs("bin"));
    }
  }
  config_ = parse_json("the base config", kBaseConfig);
}

Bundle& Bundle::set_json(const std::string& pointer, std::string_view json) {
  const json::Document value = parse_json("the case's own value", json);
  place(config_, pointer).CopyFrom(value, config_.GetAllocator());
  return *this;
}

Bundle& Bundle::add(const std::string& pointer, std::string_view json) {
  return set_json(pointer + "/-", json);
}

Bundle& Bundle::remove(const std::string& pointer) {
  conformance::remove(config_, pointer);
  return *this;
}

Bundle& Bundle::args(const std::vector<std::string>& words) {
  return set("/process/args", words);
}

Bundle& Bundle::shell(const std::string& script) {
  return args({"/bin/busybox", "sh", "-c", script});
}

Bundle& Bundle::mount(const std::string& destination, const std::string& type,
                      const std::string& source, const std::vector<std::string>& options) {
  json::Value entry(rapidjson::kObjectType);
  auto& allocator = config_.GetAllocator();
  entry.AddMember("destination", make_value(config_, destination), allocator);
  entry.AddMember("type", make_value(config_, type), allocator);
  entry.AddMember("source", make_value(config_, source), allocator);
  if (!options.empty()) entry.AddMember("options", make_value(config_, options), allocator);
  place(config_, "/mounts/-") = entry;
  return *this;
}

Bundle& Bundle::new_namespace(const std::string& type, const std::string& path) {
  without_namespace(type);
  json::Value& entry = place(config_, "/linux/namespaces/-").SetObject();
  entry.AddMember("type", make_value(config_, type), config_.GetAllocator());
  if (!path.empty()) {
    entry.AddMember("path", make_value(config_, path), config_.GetAllocator());
  }
  return *this;
}

Bundle& Bundle::without_namespace(const std::string& type) {
  json::Value& list = place(config_, "/linux/namespaces");
  for (json::Size at = 0; at < list.Size(); ++at) {
    const json::Value* name = find(list[at], "/type");
    if (name && name->IsString() && type == name->GetString()) {
      list.Erase(list.Begin() + at);
      return *this;
    }
  }
  return *this;
}

Bundle& Bundle::user_namespace(unsigned host_id, unsigned size) {
  new_namespace("user");
  owner_ = host_id;
  const std::string map = R"([{"containerID": 0, "hostID": )" + std::to_string(host_id) +
                          R"(, "size": )" + std::to_string(size) + "}]";
  return set_json("/linux/uidMappings", map).set_json("/linux/gidMappings", map);
}

Bundle& Bundle::text(std::string json) {
  raw_ = std::move(json);
  return *this;
}

std::string Bundle::text() const {
  return raw_.empty() ? to_text(config_) : raw_;
}

Bundle& Bundle::write() {
  if (owner_ != 0) give_directories(rootfs(), owner_);
  write_file(directory_ + "/config.json", text());
  return *this;
}

std::string Bundle::rootfs(const std::string& below) const {
  return directory_ + "/rootfs" + (below.empty() ? "" : "/" + below);
}

Bundle& Bundle::file(const std::string& path, std::string_view content, unsigned mode) {
  const std::string full = rootfs(path);
  make_dir(full.substr(0, full.rfind('/')));
  write_file(full, content, mode);
  return *this;
}

}  // namespace oci::conformance
