// Whole messages of oci-rt, as texts.txt has them, so that a word that changes is seen.
#pragma once

#include <string>

namespace oci::conformance {

// `said` without its times and places: "after 26 ms" and "config.json:3:14" differ from run to run.
std::string timeless(std::string said);

// Fails unless texts.txt has `said` for `name`. The environment variable OCI_CONTRACT_TEXTS names a
// file to which "NAME: TEXT" is added, in the form of texts.txt; then nothing is compared.
void expect_text(const std::string& name, const std::string& said);

}  // namespace oci::conformance
