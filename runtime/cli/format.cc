#include "runtime/cli/format.h"

namespace oci::cli {
namespace {

constexpr spec::Name<bool> kFormats[] = {
    {"table", false},
    {"json", true},
};

}  // namespace

Result<bool> wants_json(const Arguments& arguments) {
  const std::string_view text = arguments.value(kFormatOption.name);
  return text.empty() ? Result<bool>(false) : choose(kFormatOption.name, text, kFormats);
}

}  // namespace oci::cli
