// Unit properties from annotations, as in runc's docs/systemd.md.
#pragma once

#include <vector>

#include "runtime/systemd/property.h"
#include "spec/error.h"
#include "spec/model/config.h"

namespace oci::systemd {

// "org.systemd.property.NAME": "VALUE", with the value as GVariant text (gvariant.h). A NAME that
// ends in "Sec" sets the property "USec" from seconds. Errors (kInvalidConfig) name the annotation.
Result<std::vector<Property>> annotated_properties(const spec::Annotations& annotations);

}  // namespace oci::systemd
