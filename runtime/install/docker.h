// Docker's daemon.json: https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file
// JSON has no comments, so `install` keeps a copy of the original beside the file. Only while there
// is a copy, the members of oci-rt are those of `install`, recognized by name and form.
#pragma once

#include <string>
#include <string_view>

#include "runtime/install/engine_settings.h"
#include "spec/error.h"

namespace oci::install {

// The text of the copy. Where there was no file it is a sentence, which is no JSON.
std::string docker_copy(const Text& original);

// `copy`: absent where `install` has written nothing. An error names the place in the file `name`.
Result<Stripped> docker_without(const Text& current, const Text& copy, std::string_view name);

Result<std::string> docker_text(const Text& before, std::string_view name,
                                const EngineSettings& settings);

Result<bool> docker_has(std::string_view text, std::string_view name,
                        const EngineSettings& settings);

}  // namespace oci::install
