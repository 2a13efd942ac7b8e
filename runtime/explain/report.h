// The report of `check`, for people and for programs.
#pragma once

#include <string>

#include "runtime/explain/examine.h"

namespace oci::explain {

// A line for each finding, its cure below it unless the line names one, and a summary.
std::string text_report(const Examination& examination);

// One object: bundle, config, errors, warnings, findings[]. Documented in README.md.
std::string json_report(const Examination& examination);

// SARIF 2.1.0, for the code scanning of forges and editors.
std::string sarif_report(const Examination& examination);

}  // namespace oci::explain
