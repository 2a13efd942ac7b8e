// Cases beyond the golden files: files that were edited after the install, and refusals.
#include "runtime/install/block.h"
#include "runtime/install/containerd.h"
#include "runtime/install/crio.h"
#include "runtime/install/docker.h"
#include "runtime/install/podman.h"
#include "runtime/install/test_files.h"

namespace oci::install {
namespace {

const EngineSettings kSettings{"/usr/bin/oci-rt", false};
const EngineSettings kDefaultSettings{"/usr/bin/oci-rt", true};
constexpr char kCri[] = "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".containerd]\n";

Stripped stripped_of(const Text& text) {
  return good(without_ours(text, "f", kContainerdDefaultKey));
}

std::string containerd_error(const std::string& text, const EngineSettings& settings = kSettings) {
  return error_of(containerd_text(stripped_of(text), "f", 2, settings));
}

BOOST_AUTO_TEST_SUITE(edits)

BOOST_AUTO_TEST_CASE(lines_around_a_block_stay) {
  const std::string after = good(containerd_text(stripped_of("version = 2"), "f", 2, kSettings));
  BOOST_TEST(stripped_of(after + "[x]\n").text.value() == "version = 2\n[x]\n");
  BOOST_TEST(stripped_of("# top\n" + after).text.value() == "# top\nversion = 2");
  // A second install leaves the block at its place.
  const std::string moved = "# top\n" + after + "[x]\n";
  BOOST_TEST(
      good(containerd_text(stripped_of(moved), "f", 2, kSettings)).ends_with("install\n[x]\n"));
  // A file made by oci-rt with other lines added since is kept.
  const std::string made = good(crio_text({}, "f", "", kSettings));
  BOOST_TEST(!good(without_ours(made, "f", kCrioDefaultKey)).text);
  BOOST_TEST(good(without_ours(made + "[x]\n", "f", kCrioDefaultKey)).text.value() == "[x]\n");
}

BOOST_AUTO_TEST_CASE(a_block_without_an_end_is_not_cut_out) {
  const std::string after = good(containerd_text(stripped_of("version = 2\n"), "f", 2, kSettings));
  const std::string torn = after.substr(0, after.find("# <<<")) + "[mine]\n";
  BOOST_TEST(error_of(without_ours(torn, "f", kContainerdDefaultKey)) ==
             "f: the line '# <<< oci-rt install' is missing; put it where oci-rt's lines end");
}

BOOST_AUTO_TEST_CASE(what_containerd_cannot_take_is_refused_with_its_place) {
  BOOST_TEST(containerd_error("disabled_plugins = [\"cri\"]\n")
                 .starts_with("f:1:1: the CRI plugin, which has the runtimes, is disabled here"));
  BOOST_TEST(
      containerd_error(cat(kCri, "runtimes = {}\n"))
          .starts_with("f:3:1: plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes is an "
                       "inline table"));
  BOOST_TEST(containerd_error(cat(kCri,
                                  "[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes."
                                  "oci-rt]\nruntime_type = \"x\"\n"))
                 .starts_with("f:3:1: oci-rt is configured here already"));
  BOOST_TEST(containerd_error("version = \"2\"\n") == "f:1:11: version: expected a number from 1");
  BOOST_TEST(containerd_error("version = 2\n[plugins.\"io.containerd.grpc.v1.cri\"]\n"
                              "containerd.snapshotter = \"native\"\n",
                              kDefaultSettings)
                 .starts_with("f:3:1: put default_runtime_name = \"oci-rt\" beside this by hand"));
  BOOST_TEST(
      containerd_error(cat(kCri, "default_runtime_name = '''\nrunc'''\n"), kDefaultSettings) ==
      "f:3:24: default_runtime_name: expected a string on one line");
  BOOST_TEST(containerd_error("version = 2\n[[\n") == "f:2:3: expected a key");
}

BOOST_AUTO_TEST_CASE(a_dotted_default_is_replaced_where_it_is) {
  const std::string before =
      "version = "
      "2\n[plugins.\"io.containerd.grpc.v1.cri\"]\ncontainerd.default_runtime_name='runc'\n";
  const std::string after = good(containerd_text(stripped_of(before), "f", 2, kDefaultSettings));
  BOOST_TEST(good(containerd_has(after, "f", kDefaultSettings)));
  BOOST_TEST(stripped_of(after).text.value() == before);
}

BOOST_AUTO_TEST_CASE(a_default_that_somebody_set_by_hand_stays) {
  const std::string before = cat(kCri, "default_runtime_name = \"oci-rt\"\n");
  for (const EngineSettings& settings : {kSettings, kDefaultSettings}) {
    const std::string after = good(containerd_text(stripped_of(before), "f", 2, settings));
    BOOST_TEST(good(containerd_has(after, "f", settings)));
    BOOST_TEST(stripped_of(after).text.value() == before);
  }
}

BOOST_AUTO_TEST_CASE(the_format_is_that_of_the_program) {
  BOOST_TEST(
      containerd_format("containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~x\n") == 2);
  BOOST_TEST(containerd_format(
                 "containerd containerd.io v1.7.24 88bf19b2105c8b17560993bee28a01ddc2f97182") == 2);
  BOOST_TEST(containerd_format("containerd github.com/containerd/containerd/v2 v2.1.4 "
                               "75cb2b7193e4e490e9fbdc236c0e811ccaba3376") == 3);
  BOOST_TEST(containerd_format("") == 2);
}

BOOST_AUTO_TEST_CASE(a_dump_is_read_among_log_lines) {
  const std::string dump = good(containerd_text({}, "f", 3, kSettings));
  BOOST_TEST(
      good(containerd_has("time=\"2026\" level=warning msg=\"x\"\n" + dump, "dump", kSettings)));
}

BOOST_AUTO_TEST_CASE(podman_is_told_what_earlier_files_say) {
  const std::vector<NamedText> before = {
      {"a", "[engine]\nruntime_supports_json = [\"crun\", \"mine\"]\n"},
      {"b", "[engine]\nruntime_supports_nocgroup = [\"yours\", {append=true}]\n"}};
  const std::string text = good(podman_text({}, "f", before, kSettings));
  BOOST_TEST(text.find("runtime_supports_json = [\"oci-rt\", \"crun\", \"mine\"]\n") != text.npos);
  BOOST_TEST(
      text.find("runtime_supports_nocgroup = [\"oci-rt\", \"crun\", \"krun\", \"yours\"]\n") !=
      text.npos);
  BOOST_TEST(
      error_of(podman_text({}, "f", {{"a", "[engine]\nruntime_supports_json = 1\n"}}, kSettings)) ==
      "a: runtime_supports_json is not an array of strings; podman would refuse it");
  BOOST_TEST(error_of(podman_text({}, "f", {{"a", "x\n"}}, kSettings)) ==
             "a:1:2: expected '=' after a key");
}

BOOST_AUTO_TEST_CASE(a_drop_in_of_somebody_else_is_left_alone) {
  const Stripped theirs = stripped_of("[engine]\n");
  BOOST_TEST(error_of(podman_text(theirs, "f", {}, kSettings)) ==
             "f exists already and was not written by oci-rt; rename it");
  BOOST_TEST(error_of(crio_text(theirs, "f", "", kSettings)) ==
             "f exists already and was not written by oci-rt; rename it");
}

BOOST_AUTO_TEST_CASE(paths_that_podman_reads_earlier_are_told) {
  const auto notes = [](const char* text) {
    std::string out;
    for (const std::string& note : good(podman_hidden({{"a", text}}, kSettings)))
      out += cat(note, ";");
    return out;
  };
  BOOST_TEST(notes("[engine.runtimes]\noci-rt = [\"/mine\"]\n") ==
             "a gives oci-rt other paths; they count again after `oci-rt uninstall podman`;");
  BOOST_TEST(notes("[engine.runtimes]\noci-rt = [\"/usr/bin/oci-rt\"]\ncrun = [\"/c\"]\n") == "");
}

BOOST_AUTO_TEST_CASE(files_that_podman_reads_later_are_told) {
  const auto notes = [](const char* text, const EngineSettings& settings) {
    std::string out;
    for (const std::string& note : good(podman_overridden({{"z", text}}, settings)))
      out += cat(note, ";");
    return out;
  };
  BOOST_TEST(notes("[engine]\nruntime_supports_json = [\"crun\"]\n", kSettings) ==
             "z comes later and replaces runtime_supports_json; add \"oci-rt\" there;");
  BOOST_TEST(notes("[engine]\nruntime_supports_json = [\"crun\", {append = true}]\n", kSettings) ==
             "");
  BOOST_TEST(notes("[engine.runtimes]\noci-rt = [\"/x\"]\n", kSettings) ==
             "z comes later and gives oci-rt other paths;");
  BOOST_TEST(notes("[engine]\nruntime = \"crun\"\n", kSettings) == "");
  BOOST_TEST(notes("[engine]\nruntime = \"crun\"\n", kDefaultSettings) ==
             "z comes later and sets runtime = \"crun\";");
}

BOOST_AUTO_TEST_CASE(docker_members_of_others_stay) {
  const std::string before = "{\n  \"default-runtime\": \"runc\",\n  \"debug\": true\n}\n";
  std::string after = good(docker_text(before, "f", kDefaultSettings));
  after.replace(after.find("true"), 4, "false");  // an edit of the user
  const Stripped stripped = good(docker_without(after, docker_copy(before), "f"));
  BOOST_TEST(stripped.text.value() ==
             "{\n  \"default-runtime\": \"runc\",\n  \"debug\": false\n}\n");
  // Where there was no file, there is no old default.
  BOOST_TEST(good(docker_without(after, docker_copy({}), "f")).text.value() ==
             "{\n  \"debug\": false\n}\n");
}

BOOST_AUTO_TEST_CASE(docker_runtimes_of_others_stay) {
  std::string after = good(docker_text(std::nullopt, "f", kSettings));
  after.replace(after.find("\"oci-rt\""), 0, "\"kata\": {\"path\": \"/k\"},\n        ");
  BOOST_TEST(good(docker_without(after, docker_copy({}), "f")).text.value() ==
             "{\n    \"runtimes\": {\n        \"kata\": {\"path\": \"/k\"}\n    }\n}\n");
}

// Only the copy tells an entry that `install` wrote from an equal one that the user wrote.
BOOST_AUTO_TEST_CASE(an_entry_of_docker_without_a_copy_is_the_users) {
  for (const Text& before : {Text(), Text(""), Text("{}\n"), Text("{\"debug\": true}")}) {
    for (const EngineSettings& settings : {kSettings, kDefaultSettings}) {
      const std::string text = good(docker_text(before, "f", settings));
      const Stripped theirs = good(docker_without(text, {}, "f"));
      BOOST_TEST((!theirs.ours && !theirs.was_default && theirs.by_hand));
      BOOST_TEST(theirs.text.value() == text);
      BOOST_TEST(
          error_of(docker_text(theirs.text, "f", settings)).find("not by `oci-rt install`") !=
          std::string::npos);
      const Stripped ours = good(docker_without(text, docker_copy(before), "f"));
      BOOST_TEST((ours.ours && ours.was_default == settings.is_default && !ours.by_hand));
      BOOST_TEST((ours.text == before));
    }
  }
  const Stripped edited =
      good(docker_without("{\"runtimes\": {\"oci-rt\": {\"path\": \"/x\", \"runtimeArgs\": []}}}",
                          docker_copy({}), "f"));
  BOOST_TEST((!edited.ours && edited.by_hand));
  const Stripped other = good(docker_without("{}", docker_copy("{}"), "f"));
  BOOST_TEST((!other.ours && !other.by_hand));
}

BOOST_AUTO_TEST_CASE(a_default_of_docker_that_was_set_by_hand_stays) {
  const std::string before = "{\"default-runtime\": \"oci-rt\"}";
  for (const EngineSettings& settings : {kSettings, kDefaultSettings}) {
    const std::string after = good(docker_text(before, "f", settings));
    BOOST_TEST(good(docker_has(after, "f", settings)));
    const Stripped stripped = good(docker_without(after, before, "f"));
    BOOST_TEST((stripped.ours && !stripped.was_default));
    BOOST_TEST(stripped.text.value() == before);
    BOOST_TEST(good(docker_without(after + "\n", before, "f")).text.value() == before + "\n");
  }
}

BOOST_AUTO_TEST_CASE(what_docker_cannot_take_is_refused_with_its_place) {
  const auto problem = [](const char* text) {
    return error_of(docker_without(text, {}, "d.json"));
  };
  BOOST_TEST(problem("{\n  \"debug\": true,\n}\n").starts_with("d.json:3:1: "));
  BOOST_TEST(problem("[]\n") == "d.json:1:1: expected an object");
  BOOST_TEST(problem("{\"runtimes\": 1}\n") == "d.json:1:14: runtimes: expected an object");
  BOOST_TEST(problem("{\"default-runtime\": 1}\n") ==
             "d.json:1:21: default-runtime: expected a string");
  BOOST_TEST(problem("{\"a\": 1, \"a\": 2}\n").starts_with("d.json:1:10: a: "));
  BOOST_TEST(error_of(docker_text("{\"runtimes\": {\"oci-rt\": {\"runtimeArgs\": []}}}", "d.json",
                                  kSettings)) ==
             "d.json:1:25: runtimes.oci-rt: configured here already, but not by `oci-rt install`; "
             "remove that first");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::install
