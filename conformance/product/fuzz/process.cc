// The process document of `exec` with the config of a container → plan.
#include "conformance/product/fuzz/plans.h"
#include "conformance/product/fuzz/refusal.h"
#include "conformance/product/fuzz/target.h"
#include "spec/load_config.h"

namespace {

constexpr char kContainer[] = R"({
  "ociVersion": "1.2.0",
  "root": {"path": "rootfs"},
  "process": {"cwd": "/", "args": ["sh"], "user": {"uid": 0, "gid": 0}},
  "linux": {
    "namespaces": [{"type": "pid"}, {"type": "mount"}, {"type": "user"}],
    "uidMappings": [{"containerID": 0, "hostID": 100000, "size": 65536}],
    "gidMappings": [{"containerID": 0, "hostID": 100000, "size": 65536}]
  }
})";

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace oci;
  static const spec::Config container = spec::load_config(kContainer, "config.json").value();
  const std::string_view text = fuzz::text_of(data, size);
  spec::Config config = container;
  const Status loaded = spec::load_process(text, "process.json", config);
  if (!loaded) {
    fuzz::check_refusal(loaded.error(), "process.json", text);
    return 0;
  }
  fuzz::check_is_json(text);
  fuzz::demand(config.process.has_value(), "a process that is accepted is there");
  for (const plan::Host& host : fuzz::hosts()) {
    const auto plan = plan::make_exec_plan(config, host, fuzz::some_request());
    if (plan) fuzz::check_plan(plan.value());
  }
  return 0;
}
