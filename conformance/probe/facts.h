// The probe's report about its surroundings.
#pragma once

namespace oci::conformance::probe {

int print_facts(int count, char** words);

// The names in a directory, one a line.
void print_names(const char* directory);

}  // namespace oci::conformance::probe
