// Complete messages of oci-rt, pinned by texts.txt: every change of a word is noticed.
#pragma once

#include <string>

namespace oci::conformance {

// Replaces times and places, which differ from run to run: "after 26 ms" and "config.json:3:14".
std::string timeless(std::string said);

// Fails unless texts.txt has `said` for `name`. If the environment variable OCI_CONTRACT_TEXTS
// names a file, appends "NAME: TEXT" in the format of texts.txt instead, and compares nothing.
void expect_text(const std::string& name, const std::string& said);

// The errors in a report of `check`, on one line.
std::string error_lines(const std::string& report);

}  // namespace oci::conformance
