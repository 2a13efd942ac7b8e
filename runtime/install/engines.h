// The table of engines: everything in which they differ.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "runtime/install/engine_settings.h"
#include "runtime/install/install.h"
#include "runtime/install/place.h"
#include "spec/error.h"

namespace oci::install {

// The files as they are, and the main one without the lines of oci-rt.
struct Found {
  Place place;
  Text current;
  Text copy;  // that of docker
  Stripped stripped;
};

// A question to an engine whether it accepts the written file.
struct Question {
  const Request& request;
  const Place& place;
  const EngineSettings& settings;
  const HostEnvironment& from;
  const std::string& program;  // its path
};

struct EngineRow {
  Engine engine;
  bool always_default;  // the engine has one runtime
  std::string_view name;
  Result<Place> (*place)(const std::string& etc, const HostEnvironment& from);
  // The key that makes oci-rt the default. Empty: no line of oci-rt does.
  std::string_view default_key;
  Result<std::string> (*text)(const Found& found, const EngineSettings& settings,
                              const HostEnvironment& from);
  Result<bool> (*has)(std::string_view text, std::string_view name, const EngineSettings& settings);
  // The program that checks the file, and the question to it. Empty: no program does.
  std::string_view checker;
  Result<std::string> (*ask)(const Question& question);
  // The next step for the administrator. `option`: " --runtime oci-rt", or "" if it is the default.
  std::string (*next_step)(std::string_view option, const HostEnvironment& from);
  std::string_view after_removal;  // arguments of systemctl. Empty: nothing to do
};

// In the order of the help.
std::span<const EngineRow> engines();

const EngineRow& row_of(Engine engine);

}  // namespace oci::install
