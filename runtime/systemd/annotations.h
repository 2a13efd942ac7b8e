// Properties of the unit that annotations ask for, as runc's docs/systemd.md has them.
#pragma once

#include <vector>

#include "runtime/systemd/property.h"
#include "spec/error.h"
#include "spec/model/config.h"

namespace oci::systemd {

// "org.systemd.property.NAME": "VALUE", the value as GVariant text (gvariant.h). NAME that ends in
// "Sec" is the one in "USec" in seconds. Errors (kInvalidConfig) name the annotation.
Result<std::vector<Property>> annotated_properties(const spec::Annotations& annotations);

}  // namespace oci::systemd
