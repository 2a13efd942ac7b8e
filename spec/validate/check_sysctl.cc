// linux.sysctl: config-linux.md#sysctl. Only keys of a namespace of the container are allowed: any
// other key would change the whole machine.
#include "spec/parse/names.h"
#include "spec/validate/checks.h"
#include "spec/validate/lexical.h"

namespace oci::spec {
namespace {

struct Owner {
  std::string_view key;  // a trailing '/' covers everything below
  NamespaceType type;
};

constexpr Owner kOwners[] = {
    {"fs/mqueue/", NamespaceType::kIpc},
    {"kernel/domainname", NamespaceType::kUts},
    {"kernel/msgmax", NamespaceType::kIpc},
    {"kernel/msgmnb", NamespaceType::kIpc},
    {"kernel/msgmni", NamespaceType::kIpc},
    {"kernel/sem", NamespaceType::kIpc},
    {"kernel/shm_rmid_forced", NamespaceType::kIpc},
    {"kernel/shmall", NamespaceType::kIpc},
    {"kernel/shmmax", NamespaceType::kIpc},
    {"kernel/shmmni", NamespaceType::kIpc},
    {"net/", NamespaceType::kNetwork},
    {"user/", NamespaceType::kUser},
};

const Owner* find_owner(std::string_view file) {
  const auto* const found =
      std::find_if(std::begin(kOwners), std::end(kOwners), [file](const Owner& owner) {
        return owner.key.ends_with('/') ? file.starts_with(owner.key) : file == owner.key;
      });
  return found != std::end(kOwners) ? found : nullptr;
}

// Converts a key to a file below /proc/sys with the rules of sysctl(8): the first separator
// decides, and the other character is part of a name. Returns "" for an invalid key.
std::string file_of(std::string_view key) {
  for (const char c : key) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f') return {};
  }
  std::string file(key);
  const size_t first = file.find_first_of("./");
  if (first != file.npos && file[first] == '.') {
    for (char& c : file)
      c = c == '.' ? '/' : c == '/' ? '.' : c;
  }
  return clean_path(file) == "/" + file ? file : std::string();
}

void check_file(const Config& config, const std::string& key, const std::string& file,
                Diagnostics& out) {
  const auto add = [&](std::string text, Code code) {
    out.add(child_path("linux.sysctl", key), std::move(text), code);
  };
  if (file.empty()) return add("expected a key such as net.ipv4.ip_forward", Code::kSysctl);
  if (file == "kernel/hostname") return add("set the property hostname instead", Code::kSysctl);
  const Owner* const owner = find_owner(file);
  if (owner == nullptr) {
    // Only the host's kernel knows the difference, so the message names both causes.
    return add("no namespace has this sysctl; correct its name, or set it on the host",
               Code::kSysctl);
  }
  if (find_namespace(config, owner->type) == nullptr) {
    add(cat("needs a namespace of type ", name_of(kNamespaceNames, owner->type),
            " in linux.namespaces"),
        Code::kNeedsNamespace);
  }
}

// The domain name would have two values. Docker writes the same to both.
void check_domainname(const Config& config, const std::string& key, const std::string& value,
                      Diagnostics& out) {
  if (config.domainname.value_or("").empty() || value == *config.domainname) return;
  out.add(child_path("linux.sysctl", key),
          cat("expected ", quoted(*config.domainname), " as the property domainname has, found ",
              quoted(value)),
          Code::kSysctl);
}

}  // namespace

void check_sysctl(const Config& config, Diagnostics& out) {
  if (!config.linux || config.linux->sysctl.empty()) return;
  const auto& sysctl = config.linux->sysctl;
  std::vector<std::string> files;
  files.reserve(sysctl.size());
  for (const auto& [key, value] : sysctl) {
    files.push_back(file_of(key));
    check_file(config, key, files.back(), out);
    if (files.back() == "kernel/domainname") check_domainname(config, key, value, out);
    // One key, one write: CVE-2022-0811 smuggled a second setting in a value.
    if (value.find('\n') != std::string::npos) {
      out.add(child_path("linux.sysctl", key), cat("expected one line, found ", quoted(value)),
              Code::kSysctl);
    }
  }
  // JSON does not order keys, so it is undefined which of two values wins.
  for_each_repeated(
      files.size(), [&files](size_t i) { return std::string_view(files[i]); },
      [&](size_t first, size_t again) {
        if (files[again].empty()) return;
        out.add(child_path("linux.sysctl", sysctl[again].first),
                cat("is the same key as ", quoted(sysctl[first].first)), Code::kRepeated);
      });
}

}  // namespace oci::spec
