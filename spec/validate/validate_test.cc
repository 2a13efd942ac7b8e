// Rules of the document, its process, namespaces, ids, sysctls and hooks.
#include "spec/validate/validate.h"

#include "spec/validate/sample.h"

namespace oci::spec {
namespace {

using sample::check;

BOOST_AUTO_TEST_SUITE(validate_document)

BOOST_AUTO_TEST_CASE(what_spec_writes_has_no_problem) {
  for (const std::string& text : {default_config(), rootless_config(1000, 1000)}) {
    Diagnostics diagnostics;
    validate(parse_config(text, diagnostics), diagnostics);
    const Status status = diagnostics.to_status("config.json", text);
    BOOST_TEST(bool(status), (status ? "" : status.error().message()));
  }
}

BOOST_AUTO_TEST_CASE(the_version_is_1_of_semantic_versioning) {
  const std::pair<const char*, bool> versions[] = {
      {"1.0.0", true},       {"1.0.2-dev", true}, {"1.3.0+dev", true}, {"1.0.0-rc5-dev", true},
      {"1.0.0-rc.1", true},  {"1.99.0", true},    {"0.9.0", false},    {"2.0.0", false},
      {"10.0.0", false},     {"1.0", false},      {"", false},         {"1.0.0-", false},
      {"1.0.0+", false},     {"01.0.0", false},   {"1.00.0", false},   {"1.0.0-01", false},
      {"1.0.0-a..b", false}, {"v1.0.0", false},   {"1.0.0.0", false},  {"1.0.0 ", false},
  };
  for (const auto& [version, is_valid] : versions) {
    Config config = sample::config();
    config.oci_version = version;
    BOOST_TEST(sample::problems(config).empty() == is_valid, version);
  }
  check({{"ociVersion: expected version 1.x, found \"2.0.0\"",
          [](Config& c) { c.oci_version = "2.0.0"; }},
         {"ociVersion: expected a version such as 1.3.0, found \"1.0\"",
          [](Config& c) { c.oci_version = "1.0"; }}});
}

BOOST_AUTO_TEST_CASE(a_root_is_required) {
  check({{"root: missing: this property is required on Linux", [](Config& c) { c.root.reset(); }},
         {"root.path: expected a directory, found \"\"", [](Config& c) { c.root->path.clear(); }}});
}

BOOST_AUTO_TEST_CASE(annotations_have_names) {
  check({{"annotations: expected keys that are not empty, found \"\"",
          [](Config& c) {
            c.annotations = {{"", "x"}};
          }},
         {"", [](Config& c) {
            c.annotations = {{"any.thing", ""}};
          }}});
}

BOOST_AUTO_TEST_CASE(a_container_without_process_may_be_created) {
  check({{"", [](Config& c) { c.process.reset(); }}});
}

BOOST_AUTO_TEST_CASE(a_process_has_a_program_and_a_directory) {
  check({{"process.args: expected the program and its arguments, found an empty list",
          [](Config& c) { c.process->args.clear(); }},
         {"", [](Config& c) { c.process->args.push_back(""); }},
         {"process.cwd: expected an absolute path, found \"tmp\"",
          [](Config& c) { c.process->cwd = "tmp"; }}});
}

BOOST_AUTO_TEST_CASE(a_variable_has_a_name_and_a_value_and_is_not_shown) {
  check({{"process.env[0]: expected NAME=VALUE, found no name or no '='",
          [](Config& c) { c.process->env[0] = "secret"; }},
         {"process.env[1]: expected NAME=VALUE, found no name or no '='",
          [](Config& c) { c.process->env[1] = "=x"; }},
         {"", [](Config& c) { c.process->env[0] = "A="; }}});
}

BOOST_AUTO_TEST_CASE(limits_of_the_process_make_sense) {
  check({{"process.rlimits[0].soft: expected at most the hard limit 1024, found 1025",
          [](Config& c) { c.process->rlimits[0].soft = 1025; }},
         {"process.rlimits[1].type: expected each type once, found RLIMIT_NOFILE as in rlimits[0]",
          [](Config& c) { c.process->rlimits.push_back(c.process->rlimits[0]); }},
         {"process.user.umask: expected 0 to 511 (octal 777), found 512",
          [](Config& c) { c.process->user.umask = 01000; }},
         {"", [](Config& c) { c.process->user.umask = 0777; }},
         {"process.oomScoreAdj: expected -1000 to 1000, found 1001",
          [](Config& c) { c.process->oom_score_adj = 1001; }},
         {"", [](Config& c) { c.process->oom_score_adj = -1000; }},
         {"process.ioPriority.priority: expected 0 to 7, found 8",
          [](Config& c) { c.process->io_priority = {.io_class = 2, .priority = 8}; }}});
}

BOOST_AUTO_TEST_CASE(a_namespace_is_listed_once_by_an_absolute_path) {
  check({{"linux.namespaces[6].type: expected each type once, found network as in namespaces[0]",
          [](Config& c) { c.linux->namespaces.push_back(c.linux->namespaces[0]); }},
         {"linux.namespaces[0].path: expected an absolute path, found \"\"",
          [](Config& c) { c.linux->namespaces[0].path = ""; }},
         {"linux.namespaces[0].path: expected an absolute path, found \"netns\"",
          [](Config& c) { c.linux->namespaces[0].path = "netns"; }},
         {"", [](Config& c) { c.linux->namespaces[0].path = "/run/netns/a"; }}});
}

// config-linux.md#namespaces: a namespace that is not listed is that of the runtime.
BOOST_AUTO_TEST_CASE(no_namespace_has_to_be_listed) {
  check({{"", [](Config& c) { sample::drop_namespace(c, NamespaceType::kMount); }},
         {"", [](Config& c) {
            c.linux.reset();
            c.hostname.reset();
          }}});
}

BOOST_AUTO_TEST_CASE(names_need_a_uts_namespace) {
  constexpr auto kUts = NamespaceType::kUts;
  check({{"hostname: needs a uts namespace in linux.namespaces, or it would be set on the host",
          [](Config& c) { sample::drop_namespace(c, kUts); }},
         {"domainname: needs a uts namespace in linux.namespaces, or it would be set on the host",
          [](Config& c) {
            sample::drop_namespace(c, kUts);
            c.hostname = "";
            c.domainname = "example";
          }},
         {"hostname: expected at most 64 bytes, found 65",
          [](Config& c) { c.hostname = std::string(65, 'a'); }},
         {"", [](Config& c) { c.hostname = std::string(64, 'a'); }}});
}

BOOST_AUTO_TEST_CASE(time_offsets_need_a_time_namespace) {
  constexpr auto kTime = NamespaceType::kTime;
  check({{"linux.timeOffsets.boottime: needs a time namespace in linux.namespaces",
          [](Config& c) {
            c.linux->time_offset_boottime = {1, 0};
          }},
         {"linux.timeOffsets.monotonic.nanosecs: expected less than 1000000000, found 1000000000",
          [](Config& c) {
            c.linux->namespaces.push_back({kTime, {}});
            c.linux->time_offset_monotonic = {-1, 1'000'000'000};
          }},
         {"", [](Config& c) {
            c.linux->namespaces.push_back({kTime, {}});
            c.linux->time_offset_monotonic = {-1, 999'999'999};
          }}});
}

BOOST_AUTO_TEST_CASE(a_hook_is_absolute_and_its_time_is_limited_or_not) {
  check({{"hooks.createRuntime[0].path: expected an absolute path, found \"hook\"",
          [](Config& c) { c.hooks.create_runtime = {{.path = "hook"}}; }},
         {"hooks.poststop[1].timeout: expected at least 1 second, found 0",
          [](Config& c) {
            c.hooks.poststop = {{.path = "/a"}, {.path = "/b", .timeout = 0}};
          }},
         {"", [](Config& c) { c.hooks.prestart = {{.path = "/a", .timeout = 1}}; }}});
}

BOOST_AUTO_TEST_CASE(a_sysctl_belongs_to_a_namespace_of_the_container) {
  const auto with = [](const char* key) {
    Config config = sample::config();
    config.linux->sysctl = {{key, "1"}};
    return sample::problems(config);
  };
  for (const char* const key :
       {"net.ipv4.ip_forward", "net/ipv4/conf/eth0.1/forwarding", "net.ipv4.conf.eth0/1.forwarding",
        "kernel.shm_rmid_forced", "kernel.msgmax", "kernel/sem", "fs.mqueue.msg_max",
        "kernel.domainname"}) {
    BOOST_TEST(with(key) == "");
  }
  BOOST_TEST(with("kernel.hostname") ==
             "linux.sysctl[\"kernel.hostname\"]: set the property hostname instead");
  BOOST_TEST(with("user.max_user_namespaces") ==
             "linux.sysctl[\"user.max_user_namespaces\"]: needs a namespace of type user in "
             "linux.namespaces");
  for (const char* const key : {"kernel.core_pattern", "vm.swappiness", "fs.file-max",
                                "kernel.semx", "net", "kernel", "fs.mqueue", "netx.a"}) {
    BOOST_TEST(with(key).ends_with(
        ": no namespace has this sysctl; correct its name, or set it on the host"));
  }
  for (const char* const key : {"", "net/../kernel/core_pattern", "net.//.kernel", "/net/x",
                                "net..x", "net.", "net/./x", "net.x\nnet.y", "net.a b", "../net"}) {
    BOOST_TEST(with(key).ends_with(": expected a key such as net.ipv4.ip_forward"), key);
  }
}

BOOST_AUTO_TEST_CASE(a_domain_has_one_name) {
  const auto with = [](std::optional<std::string> property, const char* key) {
    Config config = sample::config();
    config.domainname = std::move(property);
    config.linux->sysctl = {{key, "a.example"}};
    return sample::problems(config);
  };
  for (const char* const key : {"kernel.domainname", "kernel/domainname"}) {
    BOOST_TEST(with(std::nullopt, key) == "");
    BOOST_TEST(with("", key) == "");
    BOOST_TEST(with("a.example", key) == "");
    BOOST_TEST(with("b.example", key)
                   .ends_with("]: expected \"b.example\" as the property domainname has, found "
                              "\"a.example\""));
  }
}

BOOST_AUTO_TEST_CASE(a_sysctl_needs_its_namespace) {
  constexpr auto kNetwork = NamespaceType::kNetwork;
  constexpr auto kIpc = NamespaceType::kIpc;
  check({{"linux.sysctl[\"net.a\"]: needs a namespace of type network in linux.namespaces",
          [](Config& c) {
            sample::drop_namespace(c, kNetwork);
            c.linux->sysctl = {{"net.a", "1"}};
          }},
         {"linux.sysctl[\"kernel.sem\"]: needs a namespace of type ipc in linux.namespaces",
          [](Config& c) {
            sample::drop_namespace(c, kIpc);
            c.linux->sysctl = {{"kernel.sem", "1"}};
          }},
         {"linux.sysctl[\"net/a\"]: is the same key as \"net.a\"", [](Config& c) {
            c.linux->sysctl = {{"net.a", "1"}, {"net/a", "2"}};
          }}});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::spec
