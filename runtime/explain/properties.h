// The page of each property of config.json: `oci-rt explain PROPERTY`.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace oci::explain {

struct Property {
  std::string_view path;  // "mounts[].type". <key>: a word of the user. *: any word
  std::string_view type;  // of JSON; "enum": one of some words
  std::string_view about;
  std::string_view kernel;   // the file or the call that it goes to. "": none
  std::string_view since;    // the first Linux with it. "": older than oci-rt needs
  std::string_view engines;  // the options of engines that set it. "": none
};

std::span<const Property> properties_of_the_process();
std::span<const Property> properties_of_linux();

// `path`: as in config.json ("mounts[3].type") or without an index ("mounts.type"). nullptr: there
// is no such property.
const Property* find_property(std::string_view path);

// The known path that is nearest to a mistyped one. "": none.
std::string_view near_property(std::string_view path);

std::string property_text(const Property& property);

}  // namespace oci::explain
