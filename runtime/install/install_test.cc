// Whole installs below a temporary directory, with scripts in place of the engines.
#include "runtime/install/install.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "runtime/install/engines.h"
#include "runtime/install/place.h"
#include "runtime/install/test_files.h"
#include "runtime/sys/program.h"
#include "runtime/testing/temp_dir.h"

namespace oci::install {
namespace {

struct Fixture {
  testing::TempDir dir;
  std::string old_path = std::getenv("PATH") == nullptr ? "" : std::getenv("PATH");

  Fixture() {
    dir.make_dir("bin");
    program("oci-rt", "exit 0");
    ::setenv("PATH", cat(dir.path("bin"), ":", old_path).c_str(), 1);
  }
  ~Fixture() { ::setenv("PATH", old_path.c_str(), 1); }

  void program(const std::string& name, const std::string& script) const {
    dir.write("bin/" + name, "#!/bin/sh\n" + script + "\n");
    BOOST_REQUIRE(::chmod(dir.path("bin/" + name).c_str(), 0755) == 0);
  }

  Request request(Engine engine, bool ask = false) const {
    return {.engine = engine,
            .path = dir.path("bin/oci-rt"),
            .etc = dir.path("etc"),
            .ask_engine = ask};
  }
};

constexpr char kDaemon[] = "etc/docker/daemon.json";

BOOST_FIXTURE_TEST_SUITE(whole_install, Fixture)

BOOST_AUTO_TEST_CASE(every_engine_there_and_back) {
  for (const auto& [engine, file] :
       {std::pair(Engine::kPodman, "etc/containers/containers.conf.d/50-oci-rt.conf"),
        std::pair(Engine::kContainerd, "etc/containerd/config.toml"),
        std::pair(Engine::kDocker, kDaemon),
        std::pair(Engine::kCrio, "etc/crio/crio.conf.d/50-oci-rt.conf")}) {
    const std::string name(row_of(engine).name);
    BOOST_TEST_CONTEXT(name) {
      Request wanted = request(engine);
      wanted.dry_run = true;
      BOOST_TEST(good(install(wanted)).starts_with("--- /dev/null\n+++ " + dir.path(file)));
      BOOST_TEST(!dir.exists("etc/" + name));
      wanted.dry_run = false;
      BOOST_TEST(good(install(wanted))
                     .starts_with(cat(name, ": installed ", wanted.path, " in ", dir.path(file),
                                      " (read back, no engine was asked)\nnext: ")));
      BOOST_TEST(dir.read(file).find(wanted.path) != std::string::npos);
      BOOST_TEST(good(install(wanted)) ==
                 cat(name, ": already installed in ", dir.path(file), "\n"));

      wanted.make_default = true;
      BOOST_TEST(good(install(wanted)).find("note: ") == std::string::npos);
      wanted.make_default = false;
      BOOST_TEST(good(install(wanted))
                     .find(cat("note: oci-rt is no longer the default runtime of ", name,
                               "; --default keeps it\n")) != std::string::npos);

      wanted.dry_run = true;
      BOOST_TEST(good(uninstall(wanted)).find("\n+++ /dev/null\n") != std::string::npos);
      BOOST_TEST(dir.exists(file));
      wanted.dry_run = false;
      BOOST_TEST(
          good(uninstall(wanted))
              .starts_with(cat(name, ": removed from ", dir.path(file), ", which is gone\n")));
      BOOST_TEST(!dir.exists(file));
      BOOST_TEST(good(uninstall(wanted)) == cat(name, ": not installed in ", dir.path(file), "\n"));
    }
  }
}

BOOST_AUTO_TEST_CASE(buildkit_has_one_runtime) {
  const std::string file = "etc/buildkit/buildkitd.toml";
  Request wanted = request(Engine::kBuildkit);
  BOOST_TEST(good(install(wanted)).find("\nnext: systemctl ") != std::string::npos);
  const std::string text = dir.read(file);
  wanted.make_default = true;  // the same
  BOOST_TEST(good(install(wanted)).starts_with("buildkit: already installed in "));
  good(uninstall(wanted));
  BOOST_TEST(!dir.exists(file));
  const std::string before = "root = \"/srv\"\n[worker.oci]\nbinary = \"crun\"\nenabled = true";
  dir.write(file, before);
  good(install(wanted));
  BOOST_TEST(dir.read(file).find(cat("binary = \"", wanted.path, "\"")) != std::string::npos);
  good(uninstall(wanted));
  BOOST_TEST(dir.read(file) == before);
}

// DIR/ENGINE/agent/etc/containerd, as k3s lays it out.
BOOST_AUTO_TEST_CASE(the_template_of_k3s_is_the_one_that_it_reads) {
  const std::string below = "etc/rancher/k3s/agent/etc/containerd/";
  const std::string second = below + "config.toml.tmpl", third = below + "config-v3.toml.tmpl";
  const std::string made = below + "config.toml";
  Request wanted = request(Engine::kK3s);
  const auto there_and_back = [&](const std::string& file, std::string_view plugin) {
    const Text before = dir.exists(file) ? Text(dir.read(file)) : Text();
    BOOST_TEST(good(install(wanted)).find(dir.path(file)) != std::string::npos);
    const std::string text = dir.read(file);
    BOOST_TEST(text.find("{{ template \"base\" . }}\n") != std::string::npos);
    BOOST_TEST(text.find(cat("[plugins.\"", plugin, "\".containerd.runtimes.oci-rt.options]")) !=
               std::string::npos);
    BOOST_TEST(good(install(wanted)).starts_with("k3s: already installed in "));
    good(uninstall(wanted));
    BOOST_TEST(dir.exists(file) == before.has_value());
    if (before) BOOST_TEST(dir.read(file) == *before);
  };
  constexpr std::string_view kSecond = "io.containerd.grpc.v1.cri";
  constexpr std::string_view kThird = "io.containerd.cri.v1.runtime";
  there_and_back(third, kThird);  // k3s has never run
  dir.write(made, "# by k3s\nversion = 2\n");
  there_and_back(second, kSecond);
  dir.write(made, "version = 3\n");
  there_and_back(third, kThird);
  dir.write(second, "{{ template \"base\" . }}\n# mine\n");  // containerd 2 reads it, too
  there_and_back(second, kSecond);
  dir.write(third, "{{ template \"base\" . }}");
  there_and_back(third, kThird);
  dir.write(made, "version = 2\n");
  there_and_back(second, kSecond);
}

BOOST_AUTO_TEST_CASE(what_k3s_and_rke2_cannot_take_is_refused) {
  Request wanted = request(Engine::kRke2);
  wanted.make_default = true;
  BOOST_TEST(error_of(install(wanted)) ==
             "option --default: rke2 has a setting of its own; write `default-runtime: oci-rt` "
             "into /etc/rancher/rke2/config.yaml");
  BOOST_TEST(!dir.exists("etc/rancher"));
  wanted.make_default = false;
  good(install(wanted));
  const std::string file = "etc/rancher/rke2/agent/etc/containerd/config-v3.toml.tmpl";
  BOOST_TEST(dir.exists(file));
  for (const char* by_hand :
       {"  [plugins.'x'.containerd.runtimes.'oci-rt']\n",
        "[plugins.x.containerd.runtimes.oci-rt.options]",
        "[plugins.x.containerd.runtimes]\noci-rt.runtime_type = \"y\"",
        "[plugins.x.containerd.runtimes]\n  oci-rt = {runtime_type = \"y\"}",
        "[plugins.x]\ncontainerd.runtimes.\"oci-rt\".runtime_type = \"y\"",
        "[plugins.x.containerd]\nruntimes = {oci-rt = {runtime_type = \"y\"}}"}) {
    BOOST_TEST_CONTEXT(by_hand) {
      const std::string text = cat("{{ template \"base\" . }}\n", by_hand);
      dir.write(file, text);
      BOOST_TEST(error_of(install(wanted)) ==
                 cat(dir.path(file),
                     ": oci-rt is configured there already, but not by `oci-rt "
                     "install`; remove that first"));
      BOOST_TEST(good(uninstall(wanted)).starts_with("rke2: not installed in "));
      BOOST_TEST(dir.read(file) == text);
    }
  }
  for (const char* other :
       {"# [plugins.x.containerd.runtimes.oci-rt]\n",
        "[plugins.x.containerd.runtimes.oci-rt-old]\nruntime_type = \"oci-rt\"\n",
        "[plugins.x.containerd]\ndefault_runtime_name = \"oci-rt\"\n"}) {
    BOOST_TEST_CONTEXT(other) {
      dir.write(file, other);
      good(install(wanted));
      good(uninstall(wanted));
      BOOST_TEST(dir.read(file) == other);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_docker_had_before_is_kept_beside_it) {
  dir.make_dir("etc");
  dir.make_dir("etc/docker");
  const std::string before = "{ \"debug\": true }";
  dir.write(kDaemon, before);
  Request wanted = request(Engine::kDocker);
  wanted.make_default = true;
  good(install(wanted));
  BOOST_TEST(dir.read("etc/docker/daemon.json.before-oci-rt") == before);
  good(uninstall(wanted));
  BOOST_TEST(dir.read(kDaemon) == before);
  BOOST_TEST(!dir.exists("etc/docker/daemon.json.before-oci-rt"));
}

constexpr char kCopy[] = "etc/docker/daemon.json.before-oci-rt";

// An entry like that of `install`, written by hand, and one that the user edited since.
BOOST_AUTO_TEST_CASE(an_entry_of_docker_that_the_user_wrote_stays) {
  Request wanted = request(Engine::kDocker);
  dir.make_dir("etc");
  dir.make_dir("etc/docker");
  const std::string by_hand =
      cat("{\"runtimes\": {\"oci-rt\": {\"path\": \"", wanted.path, "\"}}}\n");
  dir.write(kDaemon, by_hand);
  BOOST_TEST(error_of(install(wanted)) ==
             cat(dir.path(kDaemon),
                 ":1:25: runtimes.oci-rt: configured here already, but not by `oci-rt install`; "
                 "remove that first"));
  BOOST_TEST(good(uninstall(wanted)) == cat("docker: not installed in ", dir.path(kDaemon),
                                            ", which has an oci-rt that was written by hand\n"));
  BOOST_TEST(dir.read(kDaemon) == by_hand);
  BOOST_TEST(!dir.exists(kCopy));

  ::unlink(dir.path(kDaemon).c_str());
  good(install(wanted));
  BOOST_TEST(dir.read(kCopy) == "There was no daemon.json before `oci-rt install docker`.\n");
  good(uninstall(wanted));
  BOOST_TEST((!dir.exists(kDaemon) && !dir.exists(kCopy)));
}

// Killed after the copy was kept, or before it was removed.
BOOST_AUTO_TEST_CASE(a_copy_of_an_interrupted_install_goes) {
  const Request wanted = request(Engine::kDocker);
  dir.make_dir("etc");
  dir.make_dir("etc/docker");
  for (const Text& before : {Text(), Text("{\"debug\": true}\n")}) {
    if (before) dir.write(kDaemon, *before);
    dir.write(kCopy,
              before ? *before : "There was no daemon.json before `oci-rt install docker`.\n");
    Request dry = wanted;
    dry.dry_run = true;
    good(uninstall(dry));
    BOOST_TEST(dir.exists(kCopy));
    BOOST_TEST(good(uninstall(wanted)).starts_with("docker: not installed in "));
    BOOST_TEST(!dir.exists(kCopy));
    BOOST_TEST(dir.exists(kDaemon) == before.has_value());
  }
  dir.write(kCopy, "{\"debug\": false}\n");  // it has what the file lacks
  good(uninstall(wanted));
  BOOST_TEST(dir.read(kCopy) == "{\"debug\": false}\n");
}

BOOST_AUTO_TEST_CASE(temporary_files_of_killed_processes_go) {
  const std::string file = "etc/crio/crio.conf.d/50-oci-rt.conf";
  Request wanted = request(Engine::kCrio);
  good(install(wanted));
  const std::string killed = cat(file, ".oci-rt-", dead_process());
  for (const auto& act : {install, uninstall, uninstall}) {
    dir.write(killed, "half");
    wanted.dry_run = true;
    good(act(wanted));
    BOOST_TEST(dir.exists(killed));
    wanted.dry_run = false;
    good(act(wanted));
    BOOST_TEST(!dir.exists(killed));
  }
  dir.make_dir("etc/docker");
  dir.write(cat(kCopy, ".oci-rt-", dead_process()), "half");
  good(uninstall(request(Engine::kDocker)));
  BOOST_TEST(!dir.exists(cat(kCopy, ".oci-rt-", dead_process())));
}

BOOST_AUTO_TEST_CASE(an_engine_that_refuses_leaves_everything_as_it_was) {
  dir.make_dir("etc");
  dir.make_dir("etc/docker");
  dir.write(kDaemon, "{}");
  program("dockerd", "echo loading >&2; echo 'unable to configure: bad flag' >&2; exit 1");
  BOOST_TEST(error_of(install(request(Engine::kDocker, true))) ==
             cat("docker: ", dir.path(kDaemon),
                 " is as it was: dockerd rejects it: unable to "
                 "configure: bad flag; --no-verify skips this check"));
  BOOST_TEST(dir.read(kDaemon) == "{}");
  BOOST_TEST(!dir.exists("etc/docker/daemon.json.before-oci-rt"));

  program("podman", "echo /usr/bin/crun");
  BOOST_TEST(
      error_of(install(request(Engine::kPodman, true))).find("its runtime is /usr/bin/crun") !=
      std::string::npos);
  BOOST_TEST(!dir.exists("etc/containers/containers.conf.d/50-oci-rt.conf"));

  program("containerd", "echo 'version = 2'");
  BOOST_TEST(error_of(install(request(Engine::kContainerd, true))).find("lacks the runtime") !=
             std::string::npos);
  BOOST_TEST(!dir.exists("etc/containerd/config.toml"));

  program("crio", "echo '[crio.runtime.runtimes.crun]'");
  BOOST_TEST(error_of(install(request(Engine::kCrio, true))).find("lacks the runtime") !=
             std::string::npos);
  BOOST_TEST(!dir.exists("etc/crio/crio.conf.d/50-oci-rt.conf"));
}

BOOST_AUTO_TEST_CASE(an_engine_is_asked_of_what_was_written) {
  program("podman", R"sh(sed -n 's/^oci-rt = \["\(.*\)"\]/\1/p' "$CONTAINERS_CONF")sh");
  program("containerd", R"(case $1 in --version) echo containerd x v2.1.0;; *) cat "$2";; esac)");
  program("dockerd", R"(case $1 in --validate) grep -q oci-rt "$3";; esac)");
  program("crio", R"(sed 's/^/# /' "$4"/*.conf)");
  const auto told = [this](Engine engine) { return good(install(request(engine, true))); };
  BOOST_TEST(told(Engine::kPodman).find("(podman reads it)") != std::string::npos);
  BOOST_TEST(told(Engine::kContainerd).find("(containerd reads it)") != std::string::npos);
  BOOST_TEST(dir.read("etc/containerd/config.toml").find("version = 3\n") != std::string::npos);
  BOOST_TEST(told(Engine::kDocker).find("(dockerd finds it valid)") != std::string::npos);
  BOOST_TEST(told(Engine::kCrio).find("(crio reads it)") != std::string::npos);
  good(uninstall(request(Engine::kDocker)));
  program("dockerd", "echo 'unknown flag: --validate' >&2; exit 125");
  BOOST_TEST(told(Engine::kDocker).find("cannot be asked before version 23") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_path_that_will_not_last_is_refused) {
  BOOST_TEST(temporary_location("/usr/local/bin/oci-rt") == "");
  BOOST_TEST(temporary_location("/tmpfs/oci-rt") == "");
  BOOST_TEST(temporary_location("/var/tmp/oci-rt") == "in a temporary directory");
  BOOST_TEST(temporary_location(dir.path("bin/oci-rt")) == "in a temporary directory");
  dir.write("build.ninja", "");
  BOOST_TEST(temporary_location(dir.path("bin/oci-rt")) == "in a build directory");
  Request wanted = request(Engine::kPodman);
  wanted.path = "bin/oci-rt";
  BOOST_TEST(error_of(runtime_path(wanted)) == "option --path: 'bin/oci-rt' is no absolute path");
  wanted.path = "/nowhere/oci-rt";
  BOOST_TEST(good(runtime_path(wanted)) == "/nowhere/oci-rt");  // for a package
  wanted.etc.clear();
  BOOST_TEST(error_of(runtime_path(wanted)) ==
             "option --path: there is no program '/nowhere/oci-rt'");
}

BOOST_AUTO_TEST_CASE(the_program_for_systemd_is_looked_for_beside_it) {
  const bool installed = sys::is_program(cat(sys::helper_directory(), "/oci-rt-systemd"));
  BOOST_TEST(has_systemd_program(dir.path("bin/oci-rt")) == installed);
  program("oci-rt-systemd", "exit 1");
  BOOST_TEST(has_systemd_program(dir.path("bin/oci-rt")));
}

BOOST_AUTO_TEST_CASE(places_depend_on_who_asks) {
  const HostEnvironment root{.root = true};
  const HostEnvironment user{.home = "/home/u"};
  const HostEnvironment other{.home = "/home/u", .config_home = "/cfg"};
  BOOST_TEST(good(podman_place("", root)).file ==
             "/etc/containers/containers.conf.d/50-oci-rt.conf");
  const Place place = good(podman_place("", user));
  BOOST_TEST(place.file == "/home/u/.config/containers/containers.conf.d/50-oci-rt.conf");
  BOOST_TEST(place.before.front() == "/usr/share/containers/containers.conf");
  BOOST_TEST(place.before.back() == "/home/u/.config/containers/containers.conf");
  BOOST_TEST(place.after.empty());
  BOOST_TEST(good(podman_place("", other)).file.starts_with("/cfg/containers/"));
  BOOST_TEST(good(docker_place("", user)).file == "/home/u/.config/docker/daemon.json");
  BOOST_TEST(good(docker_place("", root)).copy == "/etc/docker/daemon.json.before-oci-rt");
  BOOST_TEST(good(crio_place("/d", user)).file == "/d/crio/crio.conf.d/50-oci-rt.conf");
  BOOST_TEST(error_of(podman_place("", HostEnvironment{})) ==
             "neither HOME nor XDG_CONFIG_HOME is set; give --etc DIR");
  Request relative = request(Engine::kCrio);
  relative.etc = "d";
  BOOST_TEST(error_of(install(relative)) == "option --etc: 'd' must begin with '/'");
  BOOST_TEST(good(buildkit_place("", root)).file == "/etc/buildkit/buildkitd.toml");
  BOOST_TEST(good(buildkit_place("", user)).file == "/home/u/.config/buildkit/buildkitd.toml");
}

BOOST_AUTO_TEST_CASE(podman_files_are_ordered_around_ours) {
  dir.make_dir("etc");
  dir.make_dir("etc/containers");
  dir.make_dir("etc/containers/containers.conf.d");
  for (const char* name : {"10-a.conf", "90-z.conf", "60-b.conf", "README"})
    dir.write(cat("etc/containers/containers.conf.d/", name), "");
  const Place place = good(podman_place(dir.path("etc"), {}));
  const std::string drop_ins = dir.path("etc/containers/containers.conf.d/");
  BOOST_TEST((place.before == std::vector<std::string>{dir.path("etc/containers/containers.conf"),
                                                       drop_ins + "10-a.conf"}));
  BOOST_TEST(
      (place.after == std::vector<std::string>{drop_ins + "60-b.conf", drop_ins + "90-z.conf"}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::install
