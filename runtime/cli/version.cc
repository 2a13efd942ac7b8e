#include "runtime/cli/version.h"

#include "runtime/cli/commit.h"
#include "spec/error.h"
#include "spec/model/state.h"
#include "third_party/libseccomp.h"

#define OCI_RT_TEXT(number) #number
#define OCI_RT_DOTTED(a, b, c) OCI_RT_TEXT(a) "." OCI_RT_TEXT(b) "." OCI_RT_TEXT(c)

namespace oci::cli {

BuildInfo build_info() {
  return {
      .version = OCI_RT_VERSION,
      .commit = kCommit,
      .libseccomp = OCI_RT_DOTTED(SCMP_VER_MAJOR, SCMP_VER_MINOR, SCMP_VER_MICRO),
  };
}

std::string version_text(std::string_view program) {
  const std::string_view name = program.substr(program.rfind('/') + 1);  // npos + 1 is 0
  const BuildInfo info = build_info();
  // go-runc reads only the version of "runc", so the name counts if the program is installed as
  // that.
  return cat(name == "runc" ? "runc" : "oci-rt", " version ", info.version,
             "\ncommit: ", info.commit, "\nspec: ", spec::kOciVersion,
             "\nlibseccomp: ", info.libseccomp, "\n");
}

}  // namespace oci::cli
