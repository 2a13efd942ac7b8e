// config.json → Config: accepted, or refused with a position.
#include "conformance/product/fuzz/refusal.h"
#include "conformance/product/fuzz/target.h"
#include "spec/load_config.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace oci;
  const std::string_view text = fuzz::text_of(data, size);
  const auto config = spec::load_config(text, "config.json");
  if (!config) {
    fuzz::check_refusal(config.error(), "config.json", text);
    return 0;
  }
  fuzz::check_is_json(text);
  const auto again = spec::load_config(std::string(text) + "\n", "config.json");
  fuzz::demand(!!again, "white space behind a document changes nothing");
  return 0;
}
