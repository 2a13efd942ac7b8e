// Helpers for the tests of this folder: a config and a host made by hand, and their plan.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/plan/plan.h"
#include "third_party/boost_test.h"

namespace oci::plan {

inline spec::Config some_config() {
  spec::Config config;
  config.root = spec::Root{.path = "rootfs"};
  config.linux.emplace();
  config.linux->namespaces = {{.type = spec::NamespaceType::kPid},
                              {.type = spec::NamespaceType::kMount}};
  config.process = spec::Process{.args = {"sh"}, .cwd = "/"};
  return config;
}

inline Host some_host() {
  constexpr uint64_t kAll = (uint64_t{1} << 41) - 1;
  return {.capabilities = {.permitted = kAll, .bounding = kAll, .last = 40},
          .cgroup2_mount_point = "/sys/fs/cgroup"};
}

inline Request some_request() {
  return {.id = "web1", .bundle = "/bundle"};
}

inline wire::LaunchPlan plan_of(const spec::Config& config, const Host& host = some_host(),
                                const Request& request = some_request()) {
  auto plan = make_plan(config, host, request);
  if (!plan) BOOST_FAIL(plan.error().message());
  return std::move(plan).value();
}

inline std::string error_of(const spec::Config& config, const Host& host = some_host(),
                            const Request& request = some_request()) {
  auto plan = make_plan(config, host, request);
  BOOST_REQUIRE(!plan);
  return plan.error().message();
}

inline size_t demanded_warnings(const wire::LaunchPlan& plan) {
  return static_cast<size_t>(std::ranges::count(plan.warnings, true, &wire::Warning::demanded));
}

template <class T>
std::span<const T> items(const wire::LaunchPlan& plan, wire::List<T> list) {
  return {plan.init().begin(list), list.count};
}

inline spec::Config with_mount(spec::Mount mount) {
  spec::Config config = some_config();
  config.mounts = {std::move(mount)};
  return config;
}

inline spec::Config with_namespace(spec::Config config, spec::Namespace ns) {
  config.linux->namespaces.push_back(std::move(ns));
  return config;
}

inline wire::MountOp only_mount(const wire::LaunchPlan& plan) {
  const auto mounts = items(plan, plan.init().mounts);
  BOOST_REQUIRE(mounts.size() == 1u);
  return mounts[0];
}

inline std::string text(const wire::LaunchPlan& plan, wire::Text text) {
  return plan.init().text(text);
}

inline std::vector<std::string> texts(const wire::LaunchPlan& plan, wire::Vector vector) {
  std::vector<std::string> out;
  for (const uint64_t at : items(plan, wire::List<uint64_t>{vector.at, vector.count})) {
    out.push_back(text(plan, {static_cast<uint32_t>(at)}));
  }
  return out;
}

}  // namespace oci::plan
