// Edits real files: testdata/NAME → testdata/NAME.after, and NAME.default with --default. "new-…"
// starts without a file. OCI_RT_ACCEPT=1 rewrites the expected results.
#include <fcntl.h>
#include <stdlib.h>

#include "runtime/install/block.h"
#include "runtime/install/buildkit.h"
#include "runtime/install/containerd.h"
#include "runtime/install/crio.h"
#include "runtime/install/docker.h"
#include "runtime/install/podman.h"
#include "runtime/install/rancher.h"
#include "runtime/install/test_files.h"
#include "spec/testing.h"
#include "third_party/boost_test.h"

namespace oci::install {
namespace {

constexpr char kPath[] = "/usr/local/bin/oci-rt";

enum class Default { kChosen, kNever, kAlways };

struct Golden {
  const char* name;
  bool is_new = false;
  Default standard = Default::kChosen;
};

constexpr Golden kGolden[] = {
    {"containerd-1.6.toml"},
    {"containerd-debian.toml"},
    {"containerd-v3.toml"},
    {"containerd-no-end.toml"},
    {"containerd-crlf.toml"},
    {"containerd-comments.toml"},
    {"containerd-v1.toml"},
    {"docker-spaces.json"},
    {"docker-tabs.json"},
    {"docker-line.json"},
    {"docker-braces.json"},
    {"docker-blank.json"},
    {"docker-no-runtimes.json"},
    {"containerd-new", true},
    {"docker-new", true},
    {"podman-new", true},
    {"crio-new", true},
    {"k3s-new", true, Default::kNever},
    {"k3s-base.tmpl", false, Default::kNever},
    {"buildkit-new", true, Default::kAlways},
    {"buildkit-header.toml", false, Default::kAlways},
    {"buildkit-set.toml", false, Default::kAlways},
    {"buildkit-other.toml", false, Default::kAlways},
};

// The edit of one engine, in both directions.
struct Edit {
  std::string name;
  bool is(std::string_view engine) const { return name.starts_with(engine); }

  Stripped strip(const Text& text, const Text& copy) const {
    if (is("docker")) return good(docker_without(text, copy, name));
    return good(without_ours(text, name,
                             is("podman")     ? kPodmanDefaultKey
                             : is("crio")     ? kCrioDefaultKey
                             : is("k3s")      ? ""
                             : is("buildkit") ? kBuildkitDefaultKey
                                              : kContainerdDefaultKey));
  }
  std::string add(const Stripped& stripped, const EngineSettings& settings) const {
    if (is("docker")) return good(docker_text(stripped.text, name, settings));
    if (is("podman")) return good(podman_text(stripped, name, {}, settings));
    if (is("crio")) return good(crio_text(stripped, name, "/usr/bin/conmon", settings));
    if (is("k3s")) return good(rancher_text(stripped, name, 3, "k3s", settings));
    if (is("buildkit")) return good(buildkit_text(stripped, name, settings));
    return good(containerd_text(stripped, name, 2, settings));
  }
  bool has(const std::string& text, const EngineSettings& settings) const {
    if (is("docker")) return good(docker_has(text, name, settings));
    if (is("podman")) return good(podman_has(text, name, settings));
    if (is("crio")) return good(crio_has(text, name, settings));
    if (is("k3s")) return rancher_has(text, settings);
    if (is("buildkit")) return good(buildkit_has(text, name, settings));
    return good(containerd_has(text, name, settings));
  }
};

void check(const Golden& golden, bool is_default) {
  const Edit edit{golden.name};
  const std::string path = cat(testing::kSourceTree, "/runtime/install/testdata/", golden.name);
  const Text before = golden.is_new ? Text() : Text(read_test_file(path));
  const EngineSettings settings{kPath, is_default};

  const Stripped untouched = edit.strip(before, std::nullopt);
  BOOST_TEST(!untouched.ours);
  BOOST_TEST((untouched.text == before));
  const std::string after = edit.add(untouched, settings);
  const std::string accepted = path + (is_default ? ".default" : ".after");
  if (::getenv("OCI_RT_ACCEPT") != nullptr) write_test_file(accepted, after);
  BOOST_TEST(after == read_test_file(accepted));
  BOOST_TEST(edit.has(after, settings));
  BOOST_TEST(!edit.has(after, {"/other", is_default}));
  const bool chosen = golden.standard == Default::kChosen;
  BOOST_TEST((is_default || !chosen || !edit.has(after, {kPath, true})));

  const Stripped again = edit.strip(after, docker_copy(before));
  BOOST_TEST(again.ours);
  BOOST_TEST(again.was_default == is_default);
  BOOST_TEST((again.text == before));
  BOOST_TEST(edit.add(again, settings) == after);
  // Changing to the other settings gives the same text as installing it first.
  const EngineSettings other{"/opt/oci-rt", chosen ? !is_default : is_default};
  BOOST_TEST(edit.add(again, other) == edit.add(untouched, other));
}

BOOST_AUTO_TEST_SUITE(golden)

BOOST_AUTO_TEST_CASE(a_file_becomes_the_accepted_one_and_is_given_back) {
  for (const Golden& golden : kGolden) {
    BOOST_TEST_CONTEXT(golden.name) {
      if (golden.standard != Default::kAlways) check(golden, false);
      if (golden.standard != Default::kNever) check(golden, true);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_readme_shows_what_is_written) {
  const std::string readme =
      read_test_file(cat(testing::kSourceTree, "/runtime/install/README.md"));
  for (const Golden& golden : kGolden) {
    if (!golden.is_new) continue;
    const std::string text =
        read_test_file(cat(testing::kSourceTree, "/runtime/install/testdata/", golden.name,
                           golden.standard == Default::kAlways ? ".default" : ".after"));
    BOOST_TEST(readme.find(cat("\n", text, "```\n")) != std::string::npos, golden.name);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::install
