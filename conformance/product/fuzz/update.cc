// The resources document of `update` → files of a cgroup.
#include <set>

#include "conformance/product/fuzz/refusal.h"
#include "conformance/product/fuzz/target.h"
#include "runtime/cgroup/device_program.h"
#include "runtime/cgroup/v2_writes.h"
#include "spec/load_config.h"

namespace oci::fuzz {
namespace {

void check_file(std::string_view file) {
  demand(!file.empty() && file.find('/') == file.npos && file != "." && file != "..",
         "a limit is written to a file of the cgroup itself", file);
}

void check_write(const cgroup::Write& write) {
  check_file(write.file);
  if (write.if_missing == cgroup::IfMissing::kInstead) check_file(write.instead_file);
  if (!write.usage_file.empty()) check_file(write.usage_file);
  demand(write.property.starts_with("linux.resources."), "a limit knows its property",
         write.property);
}

}  // namespace
}  // namespace oci::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace oci;
  const std::string_view text = fuzz::text_of(data, size);
  const auto resources = spec::load_resources(text, "resources.json");
  if (!resources) {
    fuzz::check_refusal(resources.error(), "resources.json", text);
    return 0;
  }
  fuzz::check_is_json(text);
  const auto writes = cgroup::v2_writes(resources.value());
  if (!writes) {
    fuzz::demand(!writes.error().message().empty(), "a refusal says something");
    return 0;
  }
  for (const auto* list : {&writes.value().before_clone, &writes.value().after_clone}) {
    for (const cgroup::Write& write : *list)
      fuzz::check_write(write);
    const auto names = cgroup::controllers_of(*list);
    fuzz::demand(std::set(names.begin(), names.end()).size() == names.size(),
                 "a controller is named once");
  }
  return 0;
}
