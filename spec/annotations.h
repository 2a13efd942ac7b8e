// Annotations that change the behaviour of this runtime. `features` lists them as potentially
// unsafe: an engine must not pass on those of an image.
#pragma once

#include <string_view>

namespace oci::spec {

// "1" or "true": the process keeps the supplementary groups of the caller. Podman's
// `--group-add keep-groups`.
inline constexpr std::string_view kKeepGroups = "run.oci.keep_original_groups";

// The mount option that carries linux.mountLabel: "context" (the default), "fscontext",
// "defcontext" or "rootcontext", mount(8).
inline constexpr std::string_view kMountContextType = "run.oci.mount_context_type";

// A prefix. The rest of the key is a property of the systemd unit; the value is GVariant text.
inline constexpr std::string_view kSystemdProperty = "org.systemd.property.";

// Set to "libpod" by podman. Its containers lose a capability silently where others get an error.
inline constexpr std::string_view kContainerManager = "io.container.manager";

// The configuration file of CRIU for this container, which may name programs to run. "": none.
inline constexpr std::string_view kCriuConfig = "org.criu.config";

// An entry that ends in '.' is a prefix: features.md#unsafe-annotations-in-configjson.
inline constexpr std::string_view kEffectiveAnnotations[] = {kKeepGroups, kMountContextType,
                                                             kSystemdProperty, kCriuConfig};

}  // namespace oci::spec
