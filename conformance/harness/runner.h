// Runs cases in parallel, each in a process of its own with a timeout.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "conformance/harness/report.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {

struct Run {
  std::string work;  // an existing directory for all files
  Template parts;
  int jobs = 2;
  bool keep = false;  // leave the directories of cases that failed
};

// Judges every case on `runtime`. Results are in the order of the cases.
std::vector<Result> run_cases(const Run& run, const Runtime& runtime,
                              const std::vector<const Case*>& cases);

}  // namespace oci::conformance
