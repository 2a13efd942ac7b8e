// The verbs of oci-rt-explain: check, plan and explain. oci-rt has their names, and executes the
// program, which has their functions.
#pragma once

#include "runtime/cli/create_options.h"
#include "runtime/cli/options.h"

namespace oci::cli {

inline constexpr Option kCheckOptions[] = {
    {.letter = 'b', .name = "bundle", .value = "DIR", .help = "the same as DIR"},
    {.letter = 'f',
     .name = "config",
     .value = "FILE",
     .help = "read FILE instead of config.json of the bundle"},
    {.name = "format", .value = "text|json|sarif", .help = "form of the report (default: text)"},
};

inline constexpr Option kPlanOptions[] = {
    {.name = "format", .value = "json|text", .help = "form of the plan (default: json)"},
};

inline constexpr Option kExplainOptions[] = {
    {.name = "container", .help = "WORD is the id of a container, also if it is a code as well"},
};

inline constexpr Syntax kCheckSyntax{
    .command = "check",
    .operands = "[DIR]",
    .summary = "Finds the mistakes in a bundle, and those about this host; changes nothing.",
    .options = kCheckOptions,
    .min_operands = 0,
    .max_operands = 1,
};

inline constexpr Syntax kPlanSyntax{
    .command = "plan",
    .operands = "[ID|DIR]",
    .summary = "Prints the actions of `create`, and does none of them.",
    .options = kPlanOptions,
    .more_options = kCreateOptions,
    .min_operands = 0,
    .max_operands = 1,
};

inline constexpr Syntax kExplainSyntax{
    .command = "explain",
    .operands = "WORD",
    .summary = "Explains a code of an error, a property of config.json, or the end of a container.",
    .options = kExplainOptions,
    .min_operands = 1,
    .max_operands = 1,
};

}  // namespace oci::cli
