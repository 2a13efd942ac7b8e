// Docker's daemon.json: https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file
// JSON has no comments, so our part is known by its name and form, and what was there before is
// kept in a file beside it.
#pragma once

#include <string>
#include <string_view>

#include "runtime/install/wish.h"
#include "spec/error.h"

namespace oci::install {

// `kept`: what was there before. An error names the place in the file `name`.
Result<Stripped> docker_without(const Text& current, const Text& kept, std::string_view name);

Result<std::string> docker_text(const Text& before, std::string_view name, const Wish& wish);

Result<bool> docker_has(std::string_view text, std::string_view name, const Wish& wish);

}  // namespace oci::install
