// Completions for shells, as scripts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/cli/options.h"

namespace oci::manual {

// The words for a value or an operand: "dir", "file", "id", "cap", "signal", "none", or the
// alternatives themselves behind "words": "words table json". `name`: "DIR", "table|json".
std::string kind_of(std::string_view name);

// The kinds of the operands, one for each place. The last one is repeated. "ID... [SIGNAL]": id,
// id or signal.
std::vector<std::string> kinds_of_operands(const cli::Syntax& syntax);

std::string bash_completion(const cli::Syntax& global);
std::string zsh_completion(const cli::Syntax& global);
std::string fish_completion(const cli::Syntax& global);

// "CAP_CHOWN CAP_KILL ...", "HUP INT ...".
std::string capability_words();
std::string signal_words();

}  // namespace oci::manual
