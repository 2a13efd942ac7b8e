// What is valid, understood and not applied yet: refused by its path, so that no container runs
// with less than its config says. A property that asks for nothing ("", [], {}) is accepted.
#include "spec/validate/checks.h"

namespace oci::spec {
namespace {

bool is_given(const std::optional<std::string>& text) {
  return text && !text->empty();
}

struct LinuxProperty {
  const char* path;
  bool (*is_asked)(const Linux&);
};
constexpr LinuxProperty kOfLinux[] = {
    {"linux.mountLabel", [](const Linux& l) { return is_given(l.mount_label); }},
};

void refuse(std::string path, Diagnostics& out) {
  out.add(std::move(path), "not supported yet");
}

}  // namespace

void check_supported(const Config& config, Diagnostics& out) {
  if (!config.linux) return;
  for (const LinuxProperty& property : kOfLinux) {
    if (property.is_asked(*config.linux)) refuse(property.path, out);
  }
}

}  // namespace oci::spec
