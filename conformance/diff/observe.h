// What one runtime makes of one bundle.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "conformance/harness/json.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {

// Facts by path: "/limits/nofile" → "1024 1024", "/mounts/proc/options" → "nosuid,rw". Numbers that
// must differ (process ids, inodes, times, ids of containers and mounts) are not among them.
using Observation = std::map<std::string, std::string>;

// What is in the way of a config on this machine, left out of it: "linux.resources.cpu".
struct Rebuilt {
  json::Document config;
  std::vector<std::string> left_out;
};

// `text` is a config of the corpus or of an engine. The program becomes the probe, the root
// filesystem the harness's, JSON pointers of `without` go, "@file/NAME" and "@dir/NAME" become
// files of the bundle.
Rebuilt rebuild(std::string_view text, const std::vector<std::string>& without, Bundle& bundle,
                const Sandbox& sandbox);

// Runs it. "/accepted" is there always; the other facts when the container ran.
Observation observe(Sandbox& sandbox, Bundle& bundle);

// For tests: what is left of a report of the probe. `scrub` is replaced by "BUNDLE", `id` by "ID".
Observation flatten(const json::Value& facts, const std::string& scrub, const std::string& id);

}  // namespace oci::conformance
