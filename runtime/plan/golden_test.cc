// The printed plans of whole configs: testdata/NAME.json → testdata/NAME.plan.json. OCI_RT_ACCEPT=1
// rewrites the latter.
#include <fcntl.h>
#include <stdlib.h>

#include "runtime/plan/explain.h"
#include "runtime/plan/explain_cgroup.h"
#include "runtime/plan/test_cgroup.h"
#include "runtime/plan/test_plan.h"
#include "runtime/sys/file.h"
#include "spec/load_config.h"
#include "spec/testing.h"

namespace oci::plan {
namespace {

constexpr size_t kLimit = 1 << 20;

std::string read(const std::string& path) {
  auto text = sys::read_file_at(AT_FDCWD, path, kLimit);
  if (!text) BOOST_FAIL(text.error().message());
  return std::move(text).value();
}

void write(const std::string& path, const std::string& text) {
  auto file = sys::open_at(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (!file) BOOST_FAIL(file.error().message());
  BOOST_REQUIRE(sys::write_all(file.value().get(), text, path));
}

std::string plan_text(const std::string& name) {
  auto config =
      spec::load_config(read(cat(testing::kSourceTree, "/runtime/plan/testdata/", name, ".json")),
                        cat(name, ".json"));
  if (!config) BOOST_FAIL(config.error().message());
  Request request = some_request();
  request.detached = false;
  request.creating_head = "{\"status\":\"creating\",\"pid\":";
  request.created_head = "{\"status\":\"created\",\"pid\":";
  request.creating_tail = request.created_tail = ",\"bundle\":\"/bundle\"}";
  wire::LaunchPlan plan = plan_of(config.value(), some_host(), request);
  const auto cgroup =
      plan_cgroup(config.value(), {.id = request.id, .makes_devices = plan.makes_devices},
                  some_cgroup_host(), plan.warnings);
  if (!cgroup) BOOST_FAIL(cgroup.error().message());
  Writer out(plan.init());
  out.begin();
  explain(out, plan);
  if (cgroup.value()) explain(out, *cgroup.value());
  out.end();
  return out.finish();
}

BOOST_AUTO_TEST_SUITE(golden)

BOOST_AUTO_TEST_CASE(the_plan_of_a_config_is_the_accepted_one) {
  const bool accept = ::getenv("OCI_RT_ACCEPT") != nullptr;
  for (const char* name : {"default", "everything", "joined", "no-process", "podman", "rootless"}) {
    BOOST_TEST_CONTEXT(name) {
      const std::string accepted =
          cat(testing::kSourceTree, "/runtime/plan/testdata/", name, ".plan.json");
      const std::string text = plan_text(name);
      if (accept) write(accepted, text);
      BOOST_TEST(text == read(accepted));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::plan
