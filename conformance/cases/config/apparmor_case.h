// Helpers for cases about AppArmor: detection, and a temporary profile.
#pragma once

#include <exception>
#include <string>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {

inline bool has_apparmor() {
  return read_file("/sys/module/apparmor/parameters/enabled").starts_with("Y");
}

// A profile that allows files and capabilities, and with `more` other rules. Loaded for the
// lifetime of the object.
class Profile {
 public:
  explicit Profile(Sandbox& sandbox, const std::string& more = "") : sandbox_(sandbox) {
    if (!has_apparmor()) throw Skipped("AppArmor is off");
    parser_ = require_program("apparmor_parser");
    write_file(file(), "profile " + name() + " flags=(attach_disconnected) { file, capability, " +
                           more + "}\n");
    expect_equal("loading the profile", parse("-Kr").exit_code, 0);
  }
  Profile(const Profile&) = delete;
  Profile& operator=(const Profile&) = delete;
  ~Profile() {
    try {
      parse("-R");
    } catch (const std::exception&) {
      // It stays loaded; its name is unique to this case.
    }
  }

  std::string name() const { return sandbox_.id() + "-profile"; }

 private:
  std::string file() const { return sandbox_.path("profile"); }
  Outcome parse(const std::string& option) {
    return sandbox_.call(Spawn{.argv = {parser_, option, file()}});
  }

  Sandbox& sandbox_;
  std::string parser_;
};

}  // namespace oci::conformance
