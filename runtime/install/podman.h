// containers.conf, which podman and buildah read: https://github.com/containers/container-libs
// common/docs/containers.conf.5.md
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/install/wish.h"
#include "spec/error.h"

namespace oci::install {

inline constexpr std::string_view kPodmanDefaultKey = "runtime";

struct NamedText {
  std::string name;
  std::string text;
};

// The drop-in. `before`: the files that podman reads before it, in that order: what they say of the
// arrays is repeated, because an array of a later file replaces that of an earlier one.
Result<std::string> podman_text(const Stripped& stripped, std::string_view name,
                                const std::vector<NamedText>& before, const Wish& wish);

// What files that are read after it take back, a sentence each.
Result<std::vector<std::string>> podman_overridden(const std::vector<NamedText>& after,
                                                   const Wish& wish);

// Whether `text` says of oci-rt what `wish` says.
Result<bool> podman_has(std::string_view text, std::string_view name, const Wish& wish);

}  // namespace oci::install
