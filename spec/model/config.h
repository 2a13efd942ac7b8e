// config.json as plain data, with the names and defaults of the specification. No logic.
//
// An absent property is an empty std::optional, or an empty container where the specification does
// not distinguish absent from empty. Source: config.md of runtime-spec 1.3.
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

// In the order of the document. `state` keeps this order.
using Annotations = std::vector<std::pair<std::string, std::string>>;

struct Config {
  std::string oci_version;
  std::optional<Root> root;        // config.md#root: REQUIRED on Linux; checked by validate/
  std::vector<Mount> mounts;       // in listed order
  std::optional<Process> process;  // required by `start` only
  std::optional<std::string> hostname;
  std::optional<std::string> domainname;
  Hooks hooks;
  Annotations annotations;
  std::optional<Linux> linux;
};

}  // namespace oci::spec
