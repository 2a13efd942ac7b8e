// oci-rt features
#include "runtime/cli/command.h"
#include "runtime/cli/engine_options.h"
#include "runtime/cli/output.h"
#include "runtime/cli/version.h"
#include "runtime/plan/capabilities.h"
#include "runtime/plan/mount_options.h"
#include "spec/write/write_features.h"

namespace oci::cli {
namespace {

// Uses the tables that also parse config.json, so that both always agree.
Result<int> run(const lifecycle::Context&, const Arguments&) {
  const BuildInfo info = build_info();
  OCI_TRY(print(spec::features_json({.version = info.version,
                                     .commit = info.commit,
                                     .libseccomp_version = info.libseccomp,
                                     .mount_options = plan::known_mount_options(),
                                     .capabilities = plan::capability_names(),
                                     .systemd = lifecycle::has_systemd_driver(),
                                     .checkpoint = lifecycle::can_checkpoint()})));
  return 0;
}

}  // namespace

constinit const Command kFeaturesCommand{
    .syntax = kFeaturesSyntax,
    .run = run,
};

}  // namespace oci::cli
