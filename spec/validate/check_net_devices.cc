// linux.netDevices: config-linux.md#network-devices. The kernel checks that a name is free.
#include "spec/validate/checks.h"
#include "spec/validate/lexical.h"

namespace oci::spec {
namespace {

// dev_valid_name() of the kernel, IFNAMSIZ with its NUL.
bool is_name(std::string_view name) {
  constexpr size_t kLongest = 15;
  return !name.empty() && name.size() <= kLongest && name != "." && name != ".." &&
         name.find_first_of("/: \t\n\r\v\f%") == name.npos;
}

bool is_name_or_template(std::string_view name) {
  if (name.size() > 15) return false;
  if (name.ends_with("%d")) name.remove_suffix(2);
  return is_name(name);
}

}  // namespace

void check_net_devices(const Config& config, Diagnostics& out) {
  if (!config.linux || config.linux->net_devices.empty()) return;
  constexpr char kList[] = "linux.netDevices";
  const std::vector<NetDevice>& devices = config.linux->net_devices;
  if (find_namespace(config, NamespaceType::kNetwork) == nullptr) {
    out.add(kList, "needs a network namespace in linux.namespaces to move them to",
            Code::kNeedsNamespace);
  }
  const auto inside = [&devices](size_t i) -> std::string_view {
    const NetDevice& device = devices[i];
    return device.name && !device.name->empty() ? *device.name : device.host_name;
  };
  for (size_t i = 0; i < devices.size(); ++i) {
    const std::string path = child_path(kList, devices[i].host_name);
    if (!is_name(devices[i].host_name)) {
      out.add(path,
              cat("expected the name of a network device, found ", quoted(devices[i].host_name)),
              Code::kForm);
    } else if (!is_name_or_template(inside(i))) {
      out.add(child_path(path, "name"),
              cat("expected a name of at most 15 bytes, or one that ends with %d, found ",
                  quoted(inside(i))),
              Code::kForm);
    }
  }
  for_each_repeated(devices.size(), inside, [&](size_t first, size_t again) {
    if (inside(again).ends_with("%d")) return;
    out.add(child_path(kList, devices[again].host_name),
            cat("expected each name once, found ", quoted(inside(again)), " as in netDevices.",
                devices[first].host_name),
            Code::kRepeated);
  });
}

}  // namespace oci::spec
