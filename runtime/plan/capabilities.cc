#include "runtime/plan/capabilities.h"

#include <linux/capability.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <unordered_set>

#include "spec/error.h"
#include "spec/nearest.h"

namespace oci::plan {
namespace {

constexpr std::string_view kNames[] = {
#include "runtime/plan/capability_names.inc"
};

constexpr size_t kMostHints = 16;  // the search for one takes a while

constexpr uint64_t bit(int capability) {
  return uint64_t{1} << capability;
}

std::string name_of(int capability) {
  const auto index = static_cast<size_t>(capability);
  return index < std::size(kNames) ? std::string(kNames[index]) : cat("capability ", capability);
}

char upper(char letter) {
  return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
}

// The number of a name in either case, as in cap_from_name(3). Nothing for an unknown name.
std::optional<int> number_of(std::string_view name) {
  const auto* const found = std::ranges::find_if(kNames, [name](std::string_view known) {
    return std::ranges::equal(name, known, {}, upper);
  });
  if (found == std::end(kNames)) return std::nullopt;
  return static_cast<int>(found - kNames);
}

class Planner {
 public:
  explicit Planner(const HostCapabilities& host) : host_(host) {}

  CapabilityPlan plan(const spec::Capabilities& wanted) && {
    wire::CapabilitySets& sets = out_.sets;
    sets.bounding = granted(wanted.bounding, host_.bounding);
    sets.permitted = granted(wanted.permitted, host_.permitted);
    sets.effective = granted(wanted.effective, host_.permitted);
    sets.inheritable = granted(wanted.inheritable, host_.permitted);
    sets.ambient = granted(wanted.ambient, host_.permitted);

    // The rules of capset(2), after the bounding set is reduced.
    keep(sets.effective, sets.permitted, "effective: ", " is not permitted, left out");
    keep(sets.inheritable, sets.bounding, "inheritable: ", " is not in the bounding set, left out");
    keep(sets.ambient, sets.permitted & sets.inheritable,
         "ambient: can't raise ambient capability ", ": it is not both permitted and inheritable");
    return std::move(out_);
  }

 private:
  uint64_t granted(const std::vector<std::string>& names, uint64_t available) {
    uint64_t set = 0;
    for (const std::string& name : names) {
      const std::optional<int> value = number_of(name);
      if (!value) {
        unknown(name);
      } else if (static_cast<uint32_t>(*value) > host_.last) {
        refuse(*value, " is unknown to this kernel, left out");
      } else if ((available & bit(*value)) == 0) {
        refuse(*value, " is not the runtime's to grant, left out");
      } else {
        set |= bit(*value);
      }
    }
    return set;
  }

  // One warning for each capability, even if several sets want it.
  void unknown(const std::string& name) {
    if (!unknown_.insert(name).second) return;
    // A name from another version, in lower case or without CAP_ is as likely as a misspelled one.
    std::string raised = name;
    std::ranges::transform(raised, raised.begin(), upper);
    const bool prefixed = raised.starts_with("CAP_");
    const bool is_hinted = unknown_.size() <= kMostHints;
    const std::string_view near =
        is_hinted ? spec::nearest(prefixed ? raised : cat("CAP_", raised), kNames) : "";
    out_.warnings.push_back(cat("process.capabilities: unknown capability '", name, "', left out",
                                near.empty() ? "" : cat("; did you mean ", near, "?")));
  }

  void refuse(int capability, std::string_view why) {
    if ((refused_ & bit(capability)) != 0) return;
    refused_ |= bit(capability);
    out_.warnings.push_back(cat("process.capabilities: ", name_of(capability), why));
  }

  void keep(uint64_t& set, uint64_t allowed, std::string_view before, std::string_view after) {
    for (int capability = 0; capability < 64; ++capability) {
      if ((set & ~allowed & bit(capability)) == 0) continue;
      if ((refused_ & bit(capability)) != 0) continue;
      out_.warnings.push_back(cat("process.capabilities.", before, name_of(capability), after));
    }
    set &= allowed;
  }

  const HostCapabilities& host_;
  CapabilityPlan out_;
  std::unordered_set<std::string> unknown_;
  uint64_t refused_ = 0;
};

}  // namespace

CapabilityPlan plan_capabilities(const std::optional<spec::Capabilities>& wanted,
                                 const HostCapabilities& host) {
  if (!wanted) return {};
  return Planner(host).plan(*wanted);
}

std::span<const std::string_view> capability_names() {
  return kNames;
}

}  // namespace oci::plan
