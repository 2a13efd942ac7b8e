// Id maps and state directory of a runtime called by an unprivileged user: user_namespaces(7),
// subuid(5).
#include "conformance/cases/command_line/rootless_user.h"

namespace oci::conformance {
namespace {

constexpr char kMaps[] = "config-linux.md#user-namespace-mappings";

void own_id(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle bundle = user.bundle();
  const Facts facts = user.facts(bundle);
  expect_equal("uid_map", shown(split(facts.words("/uid_map")[0], ' ')), "[0 12345 1]");
  expect_equal("gid_map", shown(split(facts.words("/gid_map")[0], ' ')), "[0 12345 1]");
  expect_equal("uid", facts.text("/uid"), "0\t0\t0\t0");
  bundle.shell("cat /proc/self/setgroups; touch /made; stat -c %u /made; ls /dev/null");
  expect_equal("its permissions", user.run(bundle).out, "deny\n0\n/dev/null\n");
}
const Case kOwnId("rootless/their-own-id-is-root", kMaps, own_id);

void ranges(Sandbox& sandbox) {
  Etc etc(sandbox);
  etc.grant_ids();
  const User user(sandbox);
  Bundle bundle = user.bundle();
  map_ranges(bundle).set_json("/process/user", R"({"uid": 7, "gid": 8, "additionalGids": [9]})");
  const Facts facts = user.facts(bundle);
  expect_equal("uid_map", shown(split(facts.words("/uid_map")[1], ' ')), "[1 300000 65536]");
  expect_equal("gid_map", shown(split(facts.words("/gid_map")[1], ' ')), "[1 300000 65536]");
  expect_equal("uid", facts.text("/uid"), "7\t7\t7\t7");
  expect_contains("groups", shown(facts.words("/groups")), "9");
}
const Case kRanges("rootless/ranges-of-subuid-are-mapped", kMaps, ranges);

void not_granted(Sandbox& sandbox) {
  Etc etc(sandbox);
  etc.grant_ids();
  const User user(sandbox);
  Bundle bundle = user.bundle();
  map_ranges(bundle);
  user.refuses(bundle,
               {"linux.gidMappings[1]: 500000-565535", {"gidMappings", "newgidmap", "newuidmap"}},
               [](Bundle& spoilt) { map_ranges(spoilt, "500000"); });
  if (!sandbox.runtime().json_paths) return;
  const std::string said = user.run(bundle).err;
  expect_contains("the message", said, "/etc/subgid gives ocirt 300000-365535");
  expect_contains("the message", said, "add the line ocirt:500000:65536");
}
const Case kNotGranted("rootless/a-range-that-is-not-granted-is-refused", kMaps, not_granted);

// A user without any subordinate ids, like system users made by useradd(8).
void no_range(Sandbox& sandbox) {
  Etc etc(sandbox);
  etc.grant_ids();
  const User user(sandbox);
  Bundle bundle = user.bundle();
  map_ranges(bundle);
  user.refuses(bundle, {"linux.gidMappings[1]: ", {"gidMappings", "newgidmap", "newuidmap"}},
               [&](Bundle&) {
                 for (const char* name : {"subuid", "subgid"})
                   write_file("/etc/" + std::string(name), "nobody:1:1\n");
               });
  if (!sandbox.runtime().json_paths) return;
  const std::string said = user.run(bundle).err;
  expect_contains("the message", said, "/etc/subgid");
  expect_contains("the message", said, "add the line ocirt:300000:65536");
}
const Case kNoRange("rootless/without-any-range-the-line-to-add-is-told", kMaps, no_range);

void no_helper(Sandbox& sandbox) {
  Etc etc(sandbox);
  etc.grant_ids();
  const User user(sandbox);
  Bundle bundle = user.bundle();
  map_ranges(bundle);
  user.refuses(bundle, {"linux.gidMappings: ", {"newgidmap", "newuidmap", "mapping tool"}},
               [&](Bundle&) {
                 for (const char* name : {"newuidmap", "newgidmap"})
                   etc.cover(require_program(name), "/dev/null");
               });
}
const Case kNoHelper("rootless/a-missing-helper-is-named", kMaps, no_helper);

// The caller may choose the helper, since it runs with the caller's privileges.
Outcome run_with_helper(Sandbox& sandbox, const std::string& script) {
  Etc etc(sandbox);
  etc.grant_ids();
  const User user(sandbox);
  make_dir(sandbox.path("bin"));
  write_file(sandbox.path("bin/newgidmap"), "#!/bin/sh\n" + script + "\n", 0755);
  Bundle bundle = user.bundle();
  map_ranges(bundle).write();
  Spawn spawn = user.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
  spawn.env.push_back("PATH=" + sandbox.path("bin") + ":/usr/bin:/bin");
  return sandbox.call(spawn);
}

void helper_fails(Sandbox& sandbox) {
  const Outcome ran = run_with_helper(sandbox, "echo more; echo out of order >&2; exit 3");
  expect_contains("the message", ran.err, "out of order");
  if (sandbox.runtime().json_paths) {
    expect_contains("the message", ran.err, "linux.gidMappings: ");
    expect_equal("lines of the message", lines(ran.err).size(), 1U);
  }
  expect(ran.exit_code != 0, "it goes on");
}
const Case kHelperFails("rootless/what-the-helper-says-is-told", kMaps, helper_fails);

void helper_hangs(Sandbox& sandbox) {
  const Outcome ran = run_with_helper(sandbox, "read x; exec sleep 1000");
  expect(ran.exit_code != 0, "it goes on");
  expect_contains("the message", ran.err, "newgidmap");
}
const Case kHelperHangs("rootless/a-helper-that-hangs-is-given-up", kMaps, helper_hangs, 60);

void groups(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle bundle = user.bundle();
  user.refuses(bundle, {"process.user.additionalGids", {"group", "Gids"}},
               [](Bundle& spoilt) { spoilt.set_json("/process/user/additionalGids", "[0]"); });
}
const Case kGroups("rootless/groups-take-a-range-of-gids", "config.md#posix-platform-user", groups);

void kept_groups(Sandbox& sandbox) {
  Etc etc(sandbox);
  etc.grant_ids();
  const User user(sandbox);
  Bundle bundle = user.bundle();
  map_ranges(bundle).set("/annotations/run.oci.keep_original_groups", "1");
  bundle.shell("id -G").write();
  const Outcome ran = sandbox.call(
      user.spawn(sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()}).argv,
                 "--groups=777"));
  expect_equal("groups, of which nobody's is the caller's 777 (" + ran.err + ")", trimmed(ran.out),
               "0 65534");
}
const Case kKeptGroups("rootless/keep-original-groups", "cli-contract 9", kept_groups);

void no_user_namespace(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle bundle = user.bundle();
  user.refuses(bundle, {"linux.namespaces", {"user namespace", "permit"}}, [](Bundle& spoilt) {
    spoilt.without_namespace("user").remove("/linux/uidMappings").remove("/linux/gidMappings");
  });
}
const Case kNoUserNamespace("rootless/a-config-for-root-is-refused", "cli-contract 8.3",
                            no_user_namespace);

// Root inside a user namespace: podman calls its runtime this way.
void root_of_a_namespace(Sandbox& sandbox) {
  const std::string unshare = require_program("unshare");
  const User user(sandbox);
  Bundle bundle = user.bundle();
  bundle.without_namespace("user").remove("/linux/uidMappings").remove("/linux/gidMappings");
  bundle.set_json("/linux/resources/devices", R"([{"allow": false, "access": "rwm"}])");
  bundle.shell("id -u; ls /dev/null; cat /proc/self/uid_map").write();
  Words argv = {unshare, "--user", "--map-root-user", "--mount"};
  const Words call = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()}).argv;
  argv.insert(argv.end(), call.begin(), call.end());
  const Outcome ran = sandbox.call(user.spawn(argv));
  expect_equal("exit code (" + trimmed(ran.err) + ")", ran.exit_code, 0);
  expect_equal("ids", shown(split(lines(ran.out)[2], ' ')), "[0 12345 1]");
}
const Case kInside("rootless/root-of-a-user-namespace-runs-a-config-without-one",
                   "cli-contract 1.4", root_of_a_namespace);

void nested(Sandbox& sandbox) {
  const std::string unshare = require_program("unshare");
  const User user(sandbox);
  Bundle bundle = user.bundle();
  const std::string root = R"([{"containerID": 0, "hostID": 0, "size": 1}])";
  bundle.set_json("/linux/uidMappings", root).set_json("/linux/gidMappings", root);
  bundle.shell("id -u; cat /proc/self/setgroups").write();
  const Words call = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()}).argv;
  for (const Words& options : {Words{"--mount"}, Words{}}) {
    Words argv = {unshare, "--user", "--map-root-user"};
    argv.insert(argv.end(), options.begin(), options.end());
    argv.insert(argv.end(), call.begin(), call.end());
    const Outcome ran = sandbox.call(user.spawn(argv));
    expect_equal("its output (" + trimmed(ran.err) + ")", ran.out, "0\ndeny\n");
  }
}
const Case kNested("rootless/a-user-namespace-in-a-user-namespace", kMaps, nested);

void default_root(Sandbox& sandbox) {
  const User user(sandbox);
  const std::string& program = sandbox.runtime().path;
  const std::string root = user.run_directory() + program.substr(program.rfind('/'));
  Bundle bundle = user.bundle();
  bundle.shell("exit 7").write();
  expect_equal("list, of a directory that is not there yet, exits with",
               user.bare({"list"}).exit_code, 0);
  const Outcome ran = user.bare({"run", "-b", bundle.directory(), sandbox.id()});
  expect_equal("run (" + trimmed(ran.err) + ") exits with", ran.exit_code, 7);
  struct stat info = {};
  expect(::stat(root.c_str(), &info) == 0, "there is no " + root);
  expect_equal("mode of it", info.st_mode & 07777, 01700U);
}
const Case kRoot("rootless/containers-are-kept-in-xdg-runtime-dir", "cli-contract 3", default_root);

void no_root(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle bundle = user.bundle();
  bundle.write();
  for (const char* directory : {"", "/run/there-is-none"}) {
    const Outcome said = user.bare({"run", "-b", bundle.directory(), sandbox.id()}, directory);
    user.says(said, {"XDG_RUNTIME_DIR", {"XDG_RUNTIME_DIR"}});
    expect_contains("the message", said.err, "--root");
    if (!sandbox.runtime().json_paths) continue;
    user.says(user.bare({"run", bundle.directory()}, directory), {"XDG_RUNTIME_DIR", {}});
  }
}
const Case kNoRoot("rootless/without-xdg-runtime-dir-it-says-what-to-do", "cli-contract 3",
                   no_root);

}  // namespace
}  // namespace oci::conformance
