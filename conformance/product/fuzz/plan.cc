// Config → Plan on several machines, for create, exec, mounts add and mounts remove.
#include "conformance/product/fuzz/plans.h"
#include "conformance/product/fuzz/target.h"
#include "spec/load_config.h"

namespace oci::fuzz {
namespace {

void check(const Result<wire::LaunchPlan>& plan) {
  if (plan) return check_plan(plan.value());
  demand(!plan.error().message().empty(), "a refusal says something");
}

void check_all(const spec::Config& config, const plan::Host& host) {
  const plan::Request request = some_request();
  const plan::Member member{.user_namespace = "/proc/9/ns/user", .outward_mounts = {7, 8}};
  check(plan::make_plan(config, host, request));
  if (config.process) check(plan::make_exec_plan(config, host, request));
  check(plan::make_add_mounts_plan(config, host, request, member));
  check(plan::make_remove_mounts_plan(config, host, request, member));
}

}  // namespace
}  // namespace oci::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace oci;
  auto config = spec::load_config(fuzz::text_of(data, size), "config.json");
  if (!config) return 0;
  if (!config.value().linux) config.value().linux.emplace();  // as lifecycle/prepare.cc does
  for (const plan::Host& host : fuzz::hosts())
    fuzz::check_all(config.value(), host);
  return 0;
}
