#include "conformance/diff/observe.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <set>

#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"

namespace oci::conformance {
namespace {

constexpr char kFile[] = "@file/", kDirectory[] = "@dir/";

// The controller for each resource. linux.resources.devices needs none.
constexpr struct {
  const char* resource;
  const char* controller;
} kControllers[] = {
    {"memory", "memory"},          {"cpu", "cpu"},  {"pids", "pids"}, {"blockIO", "io"},
    {"hugepageLimits", "hugetlb"}, {"rdma", "rdma"}};

std::vector<std::string> controllers() {
  return split(trimmed(read_file(cgroup2_mount() + "/cgroup.controllers")), ' ');
}

void leave_out_resources(Rebuilt& rebuilt) {
  const std::vector<std::string> have = controllers();
  for (const auto& [resource, controller] : kControllers) {
    const std::string pointer = std::string("/linux/resources/") + resource;
    if (!find(rebuilt.config, pointer) || std::ranges::find(have, controller) != have.end()) {
      continue;
    }
    remove(rebuilt.config, pointer);
    rebuilt.left_out.push_back(std::string("linux.resources.") + resource);
  }
}

uint64_t own_capabilities() {
  for (const std::string& line : lines(read_file("/proc/self/status"))) {
    if (line.starts_with("CapBnd:")) return std::stoull(trimmed(line.substr(7)), nullptr, 16);
  }
  return 0;
}

// Missing on the project's build machines. Peers refuse capabilities that they cannot grant.
constexpr int kSysResource = 24;

void leave_out_capability(Rebuilt& rebuilt) {
  if ((own_capabilities() >> kSysResource & 1) != 0) return;
  json::Value* sets = const_cast<json::Value*>(find(rebuilt.config, "/process/capabilities"));
  if (!sets || !sets->IsObject()) return;
  bool any = false;
  for (auto& set : sets->GetObject()) {
    for (auto name = set.value.Begin(); name != set.value.End();) {
      const bool out = std::string(name->GetString()) == "CAP_SYS_RESOURCE";
      any = any || out;
      name = out ? set.value.Erase(name) : name + 1;
    }
  }
  if (any) rebuilt.left_out.emplace_back("CAP_SYS_RESOURCE");
}

void lower_limits(Rebuilt& rebuilt) {
  json::Value* limits = const_cast<json::Value*>(find(rebuilt.config, "/process/rlimits"));
  if (!limits || (own_capabilities() >> kSysResource & 1) != 0) return;
  for (auto& limit : limits->GetArray()) {
    const std::string type = limit["type"].GetString();
    rlimit own = {};
    ::getrlimit(type == "RLIMIT_NOFILE" ? RLIMIT_NOFILE : RLIMIT_NPROC, &own);
    if ((type != "RLIMIT_NOFILE" && type != "RLIMIT_NPROC") ||
        limit["hard"].GetUint64() <= own.rlim_max) {
      continue;
    }
    limit["hard"].SetUint64(own.rlim_max);
    limit["soft"].SetUint64(std::min<uint64_t>(limit["soft"].GetUint64(), own.rlim_max));
    rebuilt.left_out.push_back("the value of " + type);
  }
}

// Recreates sources from the engine's own directories.
void make_sources(Rebuilt& rebuilt, const Bundle& bundle) {
  json::Value* mounts = const_cast<json::Value*>(find(rebuilt.config, "/mounts"));
  if (!mounts) return;
  for (auto& mount : mounts->GetArray()) {
    const json::Value* source = find(mount, "/source");
    const std::string text = source && source->IsString() ? source->GetString() : "";
    const bool is_file = text.starts_with(kFile);
    if (!is_file && !text.starts_with(kDirectory)) continue;
    const std::string path =
        bundle.directory() + "/" + text.substr(text.find('/') + 1) + (is_file ? "" : ".d");
    is_file ? write_file(path, "from outside\n") : make_dir(path);
    mount["source"] = make_value(rebuilt.config, path);
  }
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (size_t at = 0; !what.empty() && (at = text.find(what, at)) != text.npos; at += with.size()) {
    text.replace(at, what.size(), with);
  }
  return text;
}

std::string sorted(const std::string& words, char at) {
  std::vector<std::string> parts = split(words, at);
  std::ranges::sort(parts);
  std::string text;
  for (const std::string& part : parts)
    text += (text.empty() ? "" : std::string(1, at)) + part;
  return text;
}

// "master:12 shared:7" without the numbers of peer groups.
std::string propagation(const std::string& optional) {
  std::string text;
  for (const std::string& word : split(optional, ' '))
    text += (text.empty() ? "" : " ") + word.substr(0, word.find(':'));
  return text.empty() ? "private" : text;
}

class Flat {
 public:
  Flat(std::string scrub, std::string id) : scrub_(std::move(scrub)), id_(std::move(id)) {}

  void set(const std::string& path, const std::string& text) {
    seen_[path] = replaced(beyond_scrub(text), id_, "ID");
  }
  // The first entry keeps its plain name, further ones are numbered from 2.
  std::string unique(const std::string& path) {
    const int count = ++used_[path];
    return count == 1 ? path : path + "#" + std::to_string(count);
  }
  Observation take() { return std::move(seen_); }

 private:
  // The root of a mount is relative to its filesystem, so a prefix may be missing.
  std::string beyond_scrub(const std::string& text) const {
    const size_t at = scrub_.empty() ? text.npos : text.find(scrub_);
    return at == text.npos ? text : "BUNDLE" + text.substr(at + scrub_.size());
  }

  std::string scrub_, id_;
  Observation seen_;
  std::map<std::string, int> used_;
};

void add_mounts(const json::Value& list, Flat& flat) {
  for (const json::Value& line : list.GetArray()) {
    const Mounted mount = parse_mountinfo(line.GetString());
    const std::string path = flat.unique("/mounts" + mount.target);
    flat.set(path + "/type", mount.type);
    flat.set(path + "/root", mount.root);
    flat.set(path + "/source", mount.source);
    flat.set(path + "/options", sorted(mount.options, ','));
    flat.set(path + "/super", sorted(mount.super_options, ','));
    flat.set(path + "/propagation", propagation(mount.optional));
  }
}

void add_environment(const json::Value& list, Flat& flat) {
  for (const json::Value& entry : list.GetArray()) {
    const std::string text = entry.GetString();
    const size_t equals = std::min(text.find('='), text.size());
    flat.set("/env/" + text.substr(0, equals), equals < text.size() ? text.substr(equals + 1) : "");
  }
}

// "pipe:[123]" becomes "pipe". "net:[4026531840]" is compared with the host's.
std::string without_inode(const std::string& text) {
  return text.substr(0, text.find(":["));
}

std::string own_namespace(const std::string& name) {
  char text[64] = {};
  const std::string path = "/proc/self/ns/" + name;
  return ::readlink(path.c_str(), text, sizeof text - 1) > 0 ? text : "";
}

std::string plain(const json::Value& value) {
  return value.IsString() ? value.GetString() : to_text(value);
}

void add_object(const std::string& name, const json::Value& object, Flat& flat) {
  for (const auto& [key, value] : object.GetObject()) {
    const std::string what = key.GetString();
    std::string text = plain(value);
    if (name == "fds") text = without_inode(text);
    if (name == "namespaces") text = text == own_namespace(what) ? "the host's" : "new";
    flat.set("/" + name + "/" + what, text);
  }
}

// Facts that differ between any two runs, or that repeat another fact.
bool is_noise(const std::string& name) {
  static const std::set<std::string> noise = {"monotonic", "boottime", "ppid", "sid", "pgid"};
  return noise.contains(name);
}

}  // namespace

Observation flatten(const json::Value& facts, const std::string& scrub, const std::string& id) {
  Flat flat(scrub, id);
  for (const auto& [key, value] : facts.GetObject()) {
    const std::string name = key.GetString();
    if (is_noise(name)) continue;
    if (name == "mountinfo") {
      add_mounts(value, flat);
    } else if (name == "env") {
      add_environment(value, flat);
    } else if (name == "pid") {
      flat.set("/pid", value.GetInt64() == 1 ? "1" : "another");
    } else if (value.IsObject()) {
      add_object(name, value, flat);
    } else {
      flat.set("/" + name, plain(value));
    }
  }
  const auto number = [&](const char* name) { return find(facts, name)->GetInt64(); };
  if (find(facts, "/sid") && find(facts, "/pid")) {
    flat.set("/leads-a-session", shown(number("/sid") == number("/pid")));
  }
  return flat.take();
}

Rebuilt rebuild(std::string_view text, const std::vector<std::string>& without, Bundle& bundle,
                const Sandbox& sandbox) {
  Rebuilt rebuilt{.config = parse_json("the config", text), .left_out = {}};
  json::Document& config = rebuilt.config;
  place(config, "/root/path") = make_value(config, bundle.rootfs());
  place(config, "/process/args") =
      make_value(config, std::vector<std::string>{"/bin/probe", "facts"});
  place(config, "/process/terminal").SetBool(false);
  remove(config, "/process/consoleSize");
  place(config, "/linux/cgroupsPath") = make_value(config, "/" + sandbox.id());
  if (const json::Value* cwd = find(config, "/process/cwd")) {
    make_dir(bundle.rootfs() + cwd->GetString());
  }
  for (const std::string& pointer : without)
    remove(config, pointer);
  make_sources(rebuilt, bundle);
  leave_out_resources(rebuilt);
  leave_out_capability(rebuilt);
  lower_limits(rebuilt);
  if (const json::Value* host = find(config, "/linux/uidMappings/0/hostID")) {
    if (host->GetUint() != 0) bundle.user_namespace(host->GetUint());  // gives it the directories
  }
  bundle.text(to_text(config));
  return rebuilt;
}

// Like engines: create, start, delete. `run` would relay the standard streams.
Observation observe(Sandbox& sandbox, Bundle& bundle) {
  const Outcome created = sandbox.try_create(bundle);
  const Outcome started = created.exit_code == 0 ? sandbox.call({"start", sandbox.id()}) : created;
  Observation seen;
  if (started.exit_code == 0) {
    const int exit_code = sandbox.wait_stopped();
    const std::string& directory = sandbox.directory();
    const size_t parent = directory.rfind('/', directory.rfind('/') - 1);
    seen = flatten(parse_json("the probe's report", sandbox.said()), directory.substr(parent),
                   sandbox.id());
    seen["/exit"] = std::to_string(exit_code);
  }
  if (created.exit_code == 0) {
    seen["/delete"] = std::to_string(sandbox.call({"delete", "--force", sandbox.id()}).exit_code);
  }
  seen["/accepted"] = shown(started.exit_code == 0);
  seen["!said"] = trimmed(started.err.substr(0, 300));  // for the user, not compared
  return seen;
}

}  // namespace oci::conformance
