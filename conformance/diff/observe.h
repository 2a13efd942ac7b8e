// Observes the result of one bundle on one runtime.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "conformance/harness/json.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {

// Facts by path: "/limits/nofile" → "1024 1024", "/mounts/proc/options" → "nosuid,rw". Numbers that
// always differ (process ids, inodes, times, ids of containers and mounts) are left out.
using Observation = std::map<std::string, std::string>;

// A config, and the properties removed from it since this machine cannot apply them:
// "linux.resources.cpu".
struct Rebuilt {
  json::Document config;
  std::vector<std::string> left_out;
};

// `text` is a config of the corpus or of an engine. Replaces the program by the probe and the root
// filesystem by that of the harness, removes the JSON pointers of `without`, and turns "@file/NAME"
// and "@dir/NAME" into files of the bundle.
Rebuilt rebuild(std::string_view text, const std::vector<std::string>& without, Bundle& bundle,
                const Sandbox& sandbox);

// Runs the bundle. "/accepted" is always present, other facts only if the container ran.
Observation observe(Sandbox& sandbox, Bundle& bundle);

// For tests: converts a report of the probe to facts. Replaces `scrub` by "BUNDLE" and `id` by
// "ID".
Observation flatten(const json::Value& facts, const std::string& scrub, const std::string& id);

}  // namespace oci::conformance
