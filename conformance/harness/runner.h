// A process a case, some of them at a time, each with a time limit.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "conformance/harness/report.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {

struct Run {
  std::string work;  // a directory for everything, which exists
  Template parts;
  int jobs = 2;
  bool keep = false;  // leave the directories of cases that failed
};

// Judges every case on `runtime`; the results are in the order of the cases.
std::vector<Result> run_cases(const Run& run, const Runtime& runtime,
                              const std::vector<const Case*>& cases);

}  // namespace oci::conformance
