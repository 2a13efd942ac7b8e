// The annotations that change what this runtime does. `features` lists them as potentially unsafe:
// an engine must not pass on an image's.
#pragma once

#include <string_view>

namespace oci::spec {

// "1" or "true": the process keeps the supplementary groups of the caller. Podman's
// `--group-add keep-groups`.
inline constexpr std::string_view kKeepGroups = "run.oci.keep_original_groups";

// How linux.mountLabel is said to a filesystem: "context" (the default), "fscontext", "defcontext"
// or "rootcontext", mount(8).
inline constexpr std::string_view kMountContextType = "run.oci.mount_context_type";

// What follows is a property of the systemd unit, its value as GVariant text.
inline constexpr std::string_view kSystemdProperty = "org.systemd.property.";

// Podman's, with the value "libpod": its engine made the config. It leaves a capability out that is
// refused to others.
inline constexpr std::string_view kContainerManager = "io.container.manager";

// One that ends in '.' stands for all that begin so: features.md#unsafe-annotations-in-configjson.
inline constexpr std::string_view kEffectiveAnnotations[] = {kKeepGroups, kMountContextType,
                                                             kSystemdProperty};

}  // namespace oci::spec
