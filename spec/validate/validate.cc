#include "spec/validate/validate.h"

#include "spec/validate/checks.h"

namespace oci::spec {
namespace {

// The report sorts problems in the order of the document.
constexpr void (*kChecks[])(const Config&, Diagnostics&) = {
    check_document,  check_process,   check_scheduling, check_namespaces, check_ids,
    check_sysctl,    check_mounts,    check_paths,      check_devices,    check_net_devices,
    check_intel_rdt, check_resources, check_block_io,   check_seccomp,    check_hooks};

}  // namespace

void validate(const Config& config, Diagnostics& out) {
  for (const auto check : kChecks)
    check(config, out);
}

void validate_process(const Config& config, Diagnostics& out) {
  for (const auto check : {check_process, check_scheduling, check_ids})
    check(config, out);
}

void validate_resources(const Config& config, Diagnostics& out) {
  for (const auto check : {check_resources, check_block_io})
    check(config, out);
}

Status validate_completed(const Resources& resources) {
  Config config;
  config.linux.emplace().resources = resources;
  Diagnostics problems;
  check_resources(config, problems);
  return problems.first();
}

void validate_mounts(const Config& config, Diagnostics& out) {
  for (const auto check : {check_mounts, check_ids})
    check(config, out);
}

void validate_destinations(const Config& config, Diagnostics& out) {
  check_destinations(config, out);
}

}  // namespace oci::spec
