// One verb for several containers.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "spec/error.h"

namespace oci::cli {

// Calls `act` for each id, in order, also after a failure. For one id the error is that of `act`.
// For several, it has the failures in turn, in one line. Each names its id.
template <class Act>
Status for_each_id(std::span<const std::string_view> ids, Act act) {
  if (ids.size() == 1) return act(std::string(ids.front()));
  std::string text;
  ErrorKind kind = ErrorKind::kSystem;
  for (const std::string_view id : ids) {
    const Status done = act(std::string(id));
    if (done) continue;
    kind = done.error().kind();
    const std::string& message = done.error().message();
    const bool names_it = message.find(cat('"', id, '"')) != message.npos;
    text += cat(text.empty() ? "" : "; ", names_it ? "" : cat(id, ": "), message);
  }
  return text.empty() ? Status() : Status(Error(kind, std::move(text)));
}

}  // namespace oci::cli
