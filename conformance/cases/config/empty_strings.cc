// Optional strings that a program wrote as "" for lack of a value.
#include <filesystem>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

std::string own(const std::string& file) {
  return std::filesystem::read_symlink("/proc/self/ns/" + file);
}

void path(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set_json("/linux/namespaces",
                  R"([{"type": "mount", "path": ""}, {"type": "pid", "path": ""},
                                           {"type": "uts", "path": ""}])");
  const Facts facts = sandbox.facts(bundle);
  for (const char* file : {"mnt", "pid", "uts"}) {
    expect(facts.text(std::string("/namespaces/") + file) != own(file),
           std::string(file) + " is the host's");
  }
}
const Case kPath("namespaces/an-empty-path-asks-for-a-new-one", "config-linux.md#namespaces", path);

void propagation(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set("/linux/rootfsPropagation", "");
  expect_refusal(sandbox, bundle, {"linux.rootfsPropagation", {"ropagation"}},
                 [](Bundle& spoilt) { spoilt.set("/linux/rootfsPropagation", "upwards"); });
}
const Case kPropagation("root/an-empty-propagation-is-the-default",
                        "config-linux.md#rootfs-mount-propagation", propagation);

void device_type(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set_json("/linux/resources/devices", R"([{"allow": true, "type": "", "access": "rwm"}])");
  expect_refusal(sandbox, bundle, {"linux.resources.devices[0].type", {"type", "device"}},
                 [](Bundle& spoilt) { spoilt.set("/linux/resources/devices/0/type", "x"); });
}
const Case kDeviceType("cgroups/an-empty-type-of-a-device-rule-is-all",
                       "config-linux.md#allowed-device-list", device_type);

void others(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set("/hostname", "")
      .set("/domainname", "")
      .set("/process/apparmorProfile", "")
      .set("/process/commandLine", "")
      .set("/process/user/username", "")
      .set("/linux/mountLabel", "")
      .set_json("/process/execCPUAffinity", R"({"initial": "", "final": ""})")
      .add("/mounts",
           R"({"destination": "/srv", "type": "", "source": "/tmp", "options": ["bind"]})")
      .add("/mounts", R"({"destination": "/opt", "type": "tmpfs", "source": ""})");
  sandbox.facts(bundle);
}
const Case kOthers("config/empty-optional-strings-are-absent-ones", "config.md", others);

}  // namespace
}  // namespace oci::conformance
