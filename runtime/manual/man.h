// Manual pages in the form of man(7).
#pragma once

#include <string>
#include <string_view>

#include "runtime/cli/options.h"
#include "runtime/manual/verbs.h"

namespace oci::manual {

// `text` as the source of a line of a page. `word`, in backquotes, is bold.
std::string man_text(std::string_view text);

// oci-rt(8). `global`: the options before the verb.
std::string program_page(const cli::Syntax& global);
// oci-rt-VERB(8).
std::string verb_page(const Verb& verb);
// oci-rt.json(5), from the table of `oci-rt explain`.
std::string config_page();

}  // namespace oci::manual
