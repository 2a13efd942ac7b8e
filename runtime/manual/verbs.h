// The words of the manual that the tables of options do not have: a row for each verb.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "runtime/cli/options.h"

namespace oci::manual {

// The state in which an example starts. The container is `web`, of the bundle ./web.
enum class Needs { kBundle, kCreated, kRunning, kPaused, kStopped };

struct Example {
  std::string_view purpose;
  std::string_view command;  // for sh(1), in a directory with ./web, ./rootfs and ./seccomp.json
  Needs needs = Needs::kBundle;
};

struct Verb {
  const cli::Syntax* syntax;
  std::string_view about;     // paragraphs, a newline between two
  std::string_view statuses;  // of the containers that the verb is for: "created running"
  Example examples[2];
};

// In the order of `oci-rt --help`. Without verbs that this version does not support.
std::span<const Verb> verbs();

// nullptr: there is no such verb.
const Verb* find_verb(std::string_view name);

// A word of the operands, and its meaning.
struct Operand {
  std::string_view word;  // "ID"
  std::string_view meaning;
};

std::span<const Operand> all_operands();

// Those of the verb that need an explanation.
std::vector<Operand> operands_of(const cli::Syntax& syntax);

}  // namespace oci::manual
