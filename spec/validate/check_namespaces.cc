// linux.namespaces, and the properties that need a namespace: config-linux.md#namespaces.
#include "spec/parse/names.h"
#include "spec/validate/checks.h"
#include "spec/validate/lexical.h"

namespace oci::spec {
namespace {

constexpr char kList[] = "linux.namespaces";

void check_list(const std::vector<Namespace>& namespaces, Diagnostics& out) {
  for (size_t i = 0; i < namespaces.size(); ++i) {
    const auto& path = namespaces[i].path;
    if (path && !is_absolute(*path)) {
      out.add(child_path(child_path(kList, i), "path"),
              cat("expected an absolute path, found ", quoted(*path)), Code::kForm);
    }
  }
  for_each_repeated(
      namespaces.size(), [&namespaces](size_t i) { return namespaces[i].type; },
      [&](size_t first, size_t again) {
        out.add(
            child_path(child_path(kList, again), "type"),
            cat("expected each type once, found ", name_of(kNamespaceNames, namespaces[again].type),
                " as in namespaces[", first, "]"),
            Code::kRepeated);
      });
}

// sethostname(2), setdomainname(2): __NEW_UTS_LEN.
void check_name(const std::optional<std::string>& name, const char* path, bool has_uts,
                Diagnostics& out) {
  constexpr size_t kLongest = 64;
  if (!name || name->empty()) return;  // engines write "" for "unchanged"
  if (!has_uts) {
    out.add(path, cat("needs a uts namespace in ", kList, ", or it would be set on the host"),
            Code::kNeedsNamespace);
  }
  if (name->size() > kLongest) {
    out.add(path, cat("expected at most ", kLongest, " bytes, found ", name->size()), Code::kRange);
  }
}

void check_offset(const std::optional<TimeOffset>& offset, const char* clock, bool has_time,
                  Diagnostics& out) {
  constexpr uint32_t kSecond = 1'000'000'000;
  if (!offset) return;
  const std::string path = child_path("linux.timeOffsets", clock);
  if (!has_time) out.add(path, cat("needs a time namespace in ", kList), Code::kNeedsNamespace);
  if (offset->nanosecs >= kSecond) {
    out.add(child_path(path, "nanosecs"),
            cat("expected less than 1000000000, found ", offset->nanosecs), Code::kRange);
  }
}

}  // namespace

const Namespace* find_namespace(const Config& config, NamespaceType type) {
  if (!config.linux) return nullptr;
  const auto& namespaces = config.linux->namespaces;
  const auto found = std::find_if(namespaces.begin(), namespaces.end(),
                                  [type](const Namespace& ns) { return ns.type == type; });
  return found != namespaces.end() ? &*found : nullptr;
}

void check_namespaces(const Config& config, Diagnostics& out) {
  if (config.linux) check_list(config.linux->namespaces, out);
  const auto has = [&config](NamespaceType type) {
    return find_namespace(config, type) != nullptr;
  };
  const bool has_uts = has(NamespaceType::kUts);
  check_name(config.hostname, "hostname", has_uts, out);
  check_name(config.domainname, "domainname", has_uts, out);
  if (!config.linux) return;
  const bool has_time = has(NamespaceType::kTime);
  check_offset(config.linux->time_offset_boottime, "boottime", has_time, out);
  check_offset(config.linux->time_offset_monotonic, "monotonic", has_time, out);
}

}  // namespace oci::spec
