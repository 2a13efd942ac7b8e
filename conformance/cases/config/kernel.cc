// sysctl (config-linux.md#sysctl) and capabilities (config.md#linux-process).
#include <linux/capability.h>

#include <array>
#include <cstdint>
#include <cstdio>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

void sysctl(Sandbox& sandbox) {
  const std::string before = read_file("/proc/sys/kernel/shm_rmid_forced");
  Bundle bundle = sandbox.bundle();
  bundle.set("/linux/sysctl/net.ipv4.ip_forward", "1")
      .set("/linux/sysctl/kernel.shm_rmid_forced", "1")
      .set("/linux/sysctl/net.ipv4.ping_group_range", "5 10");
  const std::string said =
      sandbox.output(bundle,
                     "cd /proc/sys; cat net/ipv4/ip_forward kernel/shm_rmid_forced"
                     " net/ipv4/ping_group_range");
  expect_equal("values", said, "1\n1\n5\t10\n");
  expect_equal("the host's value", read_file("/proc/sys/kernel/shm_rmid_forced"), before);
}
const Case kSysctl("sysctl/values-are-set-inside", "config-linux.md#sysctl", sysctl);

void slashes(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set("/linux/sysctl/net~1ipv4~1ip_forward", "1");
  expect_equal("value", sandbox.output(bundle, "cat /proc/sys/net/ipv4/ip_forward"), "1\n");
}
const Case kSlashes("sysctl/a-key-with-slashes", "sysctl(8)", slashes);

void refuse(Sandbox& sandbox, const char* key, const char* value,
            const std::function<void(Bundle&)>& more = {}) {
  Bundle bundle = sandbox.bundle();
  expect_refusal(sandbox, bundle, {"linux.sysctl", {"sysctl", "/proc/sys", key}},
                 [&](Bundle& spoilt) {
                   spoilt.set(std::string("/linux/sysctl/") + key, value);
                   if (more) more(spoilt);
                 });
}

void the_hosts(Sandbox& sandbox) {
  refuse(sandbox, "kernel.panic", read_file("/proc/sys/kernel/panic").c_str());
}
const Case kHosts("sysctl/a-key-of-the-whole-machine-is-refused", "config-linux.md#sysctl",
                  the_hosts);

void no_network(Sandbox& sandbox) {
  refuse(sandbox, "net.ipv4.ip_forward", "0",
         [](Bundle& bundle) { bundle.without_namespace("network"); });
}
const Case kNoNetwork("sysctl/a-network-key-without-the-namespace-is-refused",
                      "config-linux.md#sysctl", no_network);

void unknown_key(Sandbox& sandbox) {
  refuse(sandbox, "net.ipv4.no_such_key", "1");
}
const Case kUnknownKey("sysctl/an-unknown-key-is-refused", "config-linux.md#sysctl", unknown_key);

void two_lines(Sandbox& sandbox) {
  refuse(sandbox, "kernel.shm_rmid_forced", "1\n2");
}
const Case kTwoLines("sysctl/a-value-with-a-line-break-is-refused", "CVE-2022-0811", two_lines);

void upwards(Sandbox& sandbox) {
  refuse(sandbox, "net.~1..~1..~1kernel~1panic", "0");
}
const Case kUpwards("sysctl/a-key-that-leaves-its-directory-is-refused", "threats 5", upwards);

void two_domains(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set("/domainname", "a.example").set("/linux/sysctl/kernel.domainname", "a.example");
  expect_equal("one name twice", sandbox.output(bundle, "cat /proc/sys/kernel/domainname"),
               "a.example\n");
  expect_refusal(sandbox, bundle, {"linux.sysctl[\"kernel.domainname\"]", {"domainname"}},
                 [](Bundle& spoilt) { spoilt.set("/domainname", "b.example"); });
}
const Case kTwoDomains("sysctl/a-domain-name-beside-another-is-refused", "config.md#domainname",
                       two_domains);

std::string set_of(std::initializer_list<int> capabilities) {
  uint64_t bits = 0;
  for (const int capability : capabilities)
    bits |= uint64_t{1} << capability;
  std::array<char, 17> text = {};
  std::snprintf(text.data(), text.size(), "%016lx", bits);
  return text.data();
}

void exact_sets(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set_json("/process/capabilities", R"({
      "bounding": ["CAP_KILL", "CAP_NET_BIND_SERVICE", "CAP_CHOWN", "CAP_AUDIT_WRITE"],
      "effective": ["CAP_KILL", "CAP_CHOWN"],
      "permitted": ["CAP_KILL", "CAP_NET_BIND_SERVICE", "CAP_CHOWN"],
      "inheritable": ["CAP_KILL", "CAP_CHOWN"], "ambient": ["CAP_KILL"]})");
  const Facts facts = sandbox.facts(bundle);
  expect_equal("bounding", facts.text("/CapBnd"),
               set_of({CAP_KILL, CAP_NET_BIND_SERVICE, CAP_CHOWN, CAP_AUDIT_WRITE}));
  expect_equal("inheritable", facts.text("/CapInh"), set_of({CAP_KILL, CAP_CHOWN}));
  expect_equal("ambient", facts.text("/CapAmb"), set_of({CAP_KILL}));
  // execve(2) by root fills permitted and effective from bounding and inheritable.
  expect_equal("permitted", facts.text("/CapPrm"), facts.text("/CapBnd"));
}
const Case kExact("capabilities/sets-are-exact", "config.md#linux-process", exact_sets);

void of_a_user(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set("/process/user/uid", 1000).set("/process/user/gid", 1000);
  for (const char* set : {"bounding", "effective", "permitted", "inheritable", "ambient"}) {
    bundle.set_json(std::string("/process/capabilities/") + set, R"(["CAP_NET_BIND_SERVICE"])");
  }
  const Facts facts = sandbox.facts(bundle);
  for (const char* set : {"/CapEff", "/CapPrm", "/CapInh", "/CapAmb", "/CapBnd"}) {
    expect_equal(set, facts.text(set), set_of({CAP_NET_BIND_SERVICE}));
  }
}
const Case kUser("capabilities/ambient-ones-stay-with-a-user", "config.md#linux-process",
                 of_a_user);

void without_ambient(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set("/process/user/uid", 1000);
  for (const char* set : {"bounding", "effective", "permitted"}) {
    bundle.set_json(std::string("/process/capabilities/") + set, R"(["CAP_KILL", "CAP_CHOWN"])");
  }
  const Facts facts = sandbox.facts(bundle);
  expect_equal("effective", facts.text("/CapEff"), set_of({}));
  expect_equal("permitted", facts.text("/CapPrm"), set_of({}));
  expect_equal("bounding", facts.text("/CapBnd"), set_of({CAP_KILL, CAP_CHOWN}));
}
const Case kWithoutAmbient("capabilities/a-user-without-ambient-has-none", "capabilities(7)",
                           without_ambient);

void empty_sets(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set_json("/process/capabilities", "{}");
  const Facts facts = sandbox.facts(bundle);
  for (const char* set : {"/CapEff", "/CapPrm", "/CapInh", "/CapAmb", "/CapBnd"}) {
    expect_equal(set, facts.text(set), set_of({}));
  }
}
const Case kEmpty("capabilities/empty-sets-are-empty", "config.md#linux-process", empty_sets);

void unknown_name(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  for (const char* set : {"bounding", "effective", "permitted"}) {
    bundle.set_json(std::string("/process/capabilities/") + set,
                    R"(["CAP_KILL", "CAP_NO_SUCH_THING"])");
  }
  expect_equal("effective", sandbox.facts(bundle).text("/CapEff"), set_of({CAP_KILL}));
}
const Case kUnknownName("capabilities/an-unknown-name-is-only-a-warning", "config.md#linux-process",
                        unknown_name);

void not_to_be_had(Sandbox& sandbox) {
  const std::string status = read_file("/proc/self/status");
  const std::string held = trimmed(status.substr(status.find("CapPrm:") + 7, 18));
  if ((std::stoull(held, nullptr, 16) >> CAP_SYS_RESOURCE & 1) != 0) {
    throw Skipped("the machine's root has CAP_SYS_RESOURCE");
  }
  Bundle bundle = sandbox.bundle();
  for (const char* set : {"bounding", "effective", "permitted"}) {
    bundle.set_json(std::string("/process/capabilities/") + set,
                    R"(["CAP_KILL", "CAP_SYS_RESOURCE"])");
  }
  expect_equal("effective", sandbox.facts(bundle).text("/CapEff"), set_of({CAP_KILL}));
}
const Case kNotHad("capabilities/one-that-cannot-be-granted-is-only-a-warning",
                   "config.md#linux-process", not_to_be_had);

}  // namespace
}  // namespace oci::conformance
