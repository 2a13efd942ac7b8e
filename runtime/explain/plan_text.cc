#include "runtime/explain/plan_text.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

#include "runtime/explain/paragraph.h"
#include "runtime/sys/log.h"
#include "spec/error.h"
#include "spec/parse/names.h"
#include "third_party/rapidjson.h"

namespace oci::explain {
namespace {

using Value = json::Value;

const Value* member(const Value& object, const char* key) {
  const auto found = object.FindMember(key);
  return found == object.MemberEnd() ? nullptr : &found->value;
}

std::string shown(const Value& value) {
  if (value.IsString()) return {value.GetString(), value.GetStringLength()};
  if (value.IsBool()) return value.GetBool() ? "yes" : "no";
  return json::compact(value);
}

std::string text(const Value& object, const char* key) {
  const Value* const found = member(object, key);
  return found == nullptr ? "" : shown(*found);
}

bool flag(const Value& object, const char* key) {
  return member(object, key) != nullptr;
}

std::string joined(const Value& object, const char* key, std::string_view between) {
  const Value* const found = member(object, key);
  std::string out;
  if (found == nullptr) return out;
  for (const Value& item : found->GetArray())
    out += cat(out.empty() ? "" : between, shown(item));
  return out;
}

template <class Each>
void for_each(const Value& object, const char* key, Each each) {
  if (const Value* const found = member(object, key)) {
    for (const Value& item : found->GetArray())
      each(item);
  }
}

std::string padded(std::string_view text, size_t width) {
  std::string out(text);
  out.resize(std::max(width, out.size() + 1), ' ');
  return out;
}

class Text {
 public:
  // "NAME            VALUE". Nothing without a value.
  void line(std::string_view name, const std::string& value) {
    if (!value.empty()) out_ += named_paragraph(std::string(name), value, kName);
  }
  // Rows below a name, with the columns as wide as needed.
  void table(std::string_view name, const std::vector<std::vector<std::string>>& rows) {
    if (rows.empty()) return;
    out_ += cat(name, "\n");
    std::vector<size_t> widths;
    for (const auto& row : rows) {
      widths.resize(std::max(widths.size(), row.size()));
      for (size_t i = 0; i < row.size(); ++i)
        widths[i] = std::max(widths[i], std::min(row[i].size(), kColumn) + 2);
    }
    for (const auto& row : rows) {
      std::string one = "  ";
      for (size_t i = 0; i + 1 < row.size(); ++i)
        one += padded(row[i], widths[i]);
      // Only a list of words behind narrow columns is broken.
      out_ += one.size() <= kColumn && !row.empty() ? named_paragraph(one, row.back(), one.size())
                                                    : one + row.back() + '\n';
    }
  }
  std::string finish() && { return std::move(out_); }

 private:
  static constexpr size_t kName = 16, kColumn = 40;
  std::string out_;
};

std::string mappings(const Value& object, const char* key) {
  std::string out;
  for_each(object, key, [&](const Value& map) {
    const uint64_t inside = map["containerID"].GetUint64(), outside = map["hostID"].GetUint64();
    const uint64_t last = map["size"].GetUint64() - 1;
    out += cat(out.empty() ? "" : ", ", inside, "-", inside + last, " is ", outside, "-",
               outside + last, " of the host");
  });
  return out;
}

void write_namespaces(Text& out, const Value& plan) {
  const Value& namespaces = plan["namespaces"];
  out.line("namespaces", joined(namespaces, "new", " "));
  std::vector<std::vector<std::string>> rows;
  for_each(namespaces, "join", [&](const Value& join) {
    rows.push_back({text(join, "type"), text(join, "path")});
  });
  out.table("joined namespaces", rows);
  out.line("uids", mappings(namespaces, "uidMappings"));
  out.line("gids", mappings(namespaces, "gidMappings"));
  const Value& root = plan["root"];
  out.line("root", cat(text(root, "path"), flag(root, "readonly") ? ", read-only" : "",
                       flag(root, "propagation") ? ", " : "", text(root, "propagation")));
  out.line("hostname", text(plan, "hostname"));
  out.line("domainname", text(plan, "domainname"));
}

std::string with(std::string list, const std::string& more) {
  return list.empty() || more.empty() ? list + more : cat(list, ",", more);
}

// "nosuid,noexec,size=1m": all that mount(8) would show, and what is oci-rt's own in words.
std::string flags_of(const Value& mount) {
  std::string flags = with(joined(mount, "set", ","), joined(mount, "clear", ","));
  flags = with(flags, joined(mount, "parameters", ","));
  flags = with(flags, text(mount, "propagation"));
  if (flag(mount, "setBelow")) flags += cat("; all below: ", joined(mount, "setBelow", ","));
  if (flag(mount, "idMap")) flags += "; ids are mapped";
  if (flag(mount, "copyUp")) flags += "; with a copy of the directory below";
  return flags;
}

void write_files(Text& out, const Value& plan) {
  std::vector<std::vector<std::string>> mounts, devices, settings;
  for_each(plan, "mounts", [&](const Value& mount) {
    const bool bind = text(mount, "kind") == "bind";
    std::string from =
        bind ? cat(text(mount, "source"), flag(mount, "recursive") ? " and below" : "")
             : text(mount, "type");
    if (text(mount, "kind") == "remount") from = "(as it is)";
    mounts.push_back(
        {text(mount, "target"), bind ? "bind" : text(mount, "kind"), from, flags_of(mount)});
  });
  for_each(plan, "devices", [&](const Value& device) {
    const std::string number = cat(text(device, "major"), ":", text(device, "minor"));
    const std::string owner = cat(text(device, "uid"), ":", text(device, "gid"));
    devices.push_back({text(device, "path"), text(device, "type"), number,
                       flag(device, "bindFromHost") ? "the host's" : text(device, "mode"),
                       flag(device, "bindFromHost") ? "" : owner});
  });
  for_each(plan, "sysctl", [&](const Value& sysctl) {
    settings.push_back({cat("/proc/sys/", text(sysctl, "file")), text(sysctl, "value")});
  });
  out.table("mounts", mounts);
  out.table("devices", devices);
  out.line("masked paths", joined(plan, "maskedPaths", " "));
  out.line("read-only paths", joined(plan, "readonlyPaths", " "));
  out.table("sysctls", settings);
}

// The sets that are the same have one line.
void write_capabilities(Text& out, const Value& sets) {
  std::map<std::string, std::string> by_content;
  for (const char* set : {"bounding", "effective", "permitted", "inheritable", "ambient"}) {
    const std::string content = joined(sets, set, " ");
    std::string& names = by_content[content.empty() ? "none" : content];
    names += cat(names.empty() ? "" : ", ", set);
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& [content, names] : by_content)
    rows.push_back({cat(names, ":"), content});
  out.table("capabilities", rows);
}

void write_process(Text& out, const Value& plan) {
  const Value* const process = member(plan, "process");
  if (process == nullptr) return;
  const std::string groups = joined(*process, "groups", " ");
  out.line("user", cat("uid ", text(*process, "uid"), ", gid ", text(*process, "gid"),
                       groups.empty() ? "" : ", groups ", groups,
                       flag(*process, "umask") ? ", umask " : "", text(*process, "umask")));
  if (const Value* const sets = member(*process, "capabilities")) write_capabilities(out, *sets);
  out.line("new privileges", flag(*process, "noNewPrivileges") ? "never" : "by set-uid programs");
  out.line("program", joined(*process, "args", " "));
  out.line("looked for at", joined(*process, "candidates", " "));
  out.line("directory", text(*process, "cwd"));
  std::vector<std::vector<std::string>> limits;
  for_each(*process, "rlimits", [&](const Value& limit) {
    limits.push_back({text(limit, "type"), text(limit, "soft"), text(limit, "hard")});
  });
  out.table("rlimits", limits);
  out.line("AppArmor", text(*process, "apparmor"));
  out.line("SELinux", text(*process, "selinuxLabel"));
}

void write_filter(Text& out, const Value& plan, const spec::Config& config) {
  if (!config.linux || !config.linux->seccomp) return;
  const spec::Seccomp& profile = *config.linux->seccomp;
  std::map<std::string_view, size_t> calls;
  for (const spec::SeccompSyscall& rule : profile.syscalls)
    calls[spec::name_of(spec::kSeccompActionNames, rule.action)] += rule.names.size();
  std::string text_of_calls;
  for (const auto& [action, count] : calls)
    text_of_calls += cat(", ", action, " for ", count, count == 1 ? " call" : " calls");
  out.line("seccomp",
           cat(spec::name_of(spec::kSeccompActionNames, profile.default_action), " by default",
               text_of_calls, "; ", text(plan, "seccompFilterInstructions"), " instructions"));
}

void write_limits(Text& out, const Value& plan) {
  const Value* const cgroup = member(plan, "cgroup");
  if (cgroup == nullptr) return out.line("cgroup", "none");
  const std::string directory = cat(text(*cgroup, "mountPoint"), text(*cgroup, "path"));
  out.line("cgroup", directory);
  std::vector<std::vector<std::string>> rows;
  for (const char* list : {"writes", "writesAfterClone"}) {
    for_each(*cgroup, list, [&](const Value& write) {
      rows.push_back({cat(directory, "/", text(write, "file")), text(write, "value"),
                      text(write, "property")});
    });
  }
  out.table("limits", rows);
  out.line("device rules",
           flag(*cgroup, "deviceProgramInstructions")
               ? cat("a program of ", text(*cgroup, "deviceProgramInstructions"), " instructions")
               : "");
  if (const Value* const scope = member(*cgroup, "systemd")) {
    out.line("systemd", cat(text(*scope, "unit"), " in ", text(*scope, "slice"), " of the ",
                            text(*scope, "bus"), " manager"));
  }
}

void write_hooks(Text& out, const Value& plan) {
  std::vector<std::vector<std::string>> rows;
  if (const Value* const hooks = member(plan, "hostHooks")) {
    for (const auto& kind : hooks->GetObject()) {
      for (const Value& path : kind.value.GetArray())
        rows.push_back({kind.name.GetString(), shown(path)});
    }
  }
  for (const char* kind : {"createContainerHooks", "startContainerHooks"}) {
    const std::string_view name = kind;
    for_each(plan, kind, [&](const Value& hook) {
      rows.push_back({std::string(name.substr(0, name.size() - 5)), text(hook, "path")});
    });
  }
  out.table("hooks", rows);
  std::vector<std::vector<std::string>> warnings;
  for_each(plan, "warnings", [&](const Value& warning) { warnings.push_back({shown(warning)}); });
  out.table("warnings", warnings);
}

}  // namespace

std::string plan_text(const std::string& json, const spec::Config& config) {
  json::Document plan;
  plan.Parse(json.c_str());
  Text out;
  write_namespaces(out, plan);
  write_files(out, plan);
  write_process(out, plan);
  write_limits(out, plan);
  write_filter(out, plan, config);
  write_hooks(out, plan);
  return sys::printable(std::move(out).finish());
}

}  // namespace oci::explain
