// config.json as plain data: the specification's own names and defaults, no logic.
//
// An absent property is an empty std::optional, or an empty container where the specification
// makes no difference between absent and empty. Source: config.md of runtime-spec 1.3.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "spec/model/filesystem.h"
#include "spec/model/hooks.h"
#include "spec/model/linux.h"
#include "spec/model/process.h"

namespace oci::spec {

// In the order of the document: `state` prints them as they were given.
using Annotations = std::vector<std::pair<std::string, std::string>>;

struct Config {
  std::string oci_version;
  std::optional<Root> root;        // config.md#root: REQUIRED on Linux; validate/ says so
  std::vector<Mount> mounts;       // in listed order
  std::optional<Process> process;  // required only when `start` is called
  std::optional<std::string> hostname;
  std::optional<std::string> domainname;
  Hooks hooks;
  Annotations annotations;
  std::optional<Linux> linux;
};

}  // namespace oci::spec
