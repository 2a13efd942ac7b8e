// Docker's daemon.json: https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file
// JSON has no comments, so the members of oci-rt are recognized by name and form, and a copy of the
// original is kept beside the file.
#pragma once

#include <string>
#include <string_view>

#include "runtime/install/engine_settings.h"
#include "spec/error.h"

namespace oci::install {

// `kept`: the copy of the original. An error names the place in the file `name`.
Result<Stripped> docker_without(const Text& current, const Text& kept, std::string_view name);

Result<std::string> docker_text(const Text& before, std::string_view name,
                                const EngineSettings& settings);

Result<bool> docker_has(std::string_view text, std::string_view name,
                        const EngineSettings& settings);

}  // namespace oci::install
