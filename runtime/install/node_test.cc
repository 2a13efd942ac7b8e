// Trees of nodes: the engine that kubelet uses in them.
#include "runtime/install/node.h"

#include <sys/stat.h>

#include "runtime/install/engines.h"
#include "runtime/install/test_files.h"
#include "runtime/testing/temp_dir.h"

namespace oci::install {
namespace {

struct Tree {
  testing::TempDir dir;

  void make_dirs(const std::string& path) const {
    for (size_t end = path.find('/'); end != std::string::npos; end = path.find('/', end + 1))
      if (!dir.exists(path.substr(0, end))) dir.make_dir(path.substr(0, end));
  }
  void write(const std::string& path, const std::string& text) const {
    make_dirs(path);
    dir.write(path, text);
  }
  void program(const std::string& path) const {
    write(path, "#!/bin/sh\n");
    BOOST_REQUIRE(::chmod(dir.path(path).c_str(), 0755) == 0);
  }
  // Its name, or the error.
  std::string engine() const {
    const Result<Engine> found = node_engine(dir.path());
    return found ? std::string(row_of(found.value()).name) : found.error().message();
  }
};

constexpr char kFlags[] = "var/lib/kubelet/kubeadm-flags.env";
constexpr char kConfig[] = "var/lib/kubelet/config.yaml";

BOOST_FIXTURE_TEST_SUITE(node, Tree)

BOOST_AUTO_TEST_CASE(none_is_refused) {
  const std::string none =
      "this machine has none of containerd, k3s, rke2 and crio; install one of them, or give "
      "--host-root DIR";
  BOOST_TEST(engine() == none);
  write("usr/bin/containerd", "not executable");
  make_dirs("etc/crio/crio.conf.d/");  // `uninstall crio` leaves it
  BOOST_TEST(engine() == none);
  program("usr/bin/containerd");
  BOOST_TEST(engine() == "containerd");
}

BOOST_AUTO_TEST_CASE(the_only_one_is_it) {
  make_dirs("var/lib/rancher/rke2/agent/");
  BOOST_TEST(engine() == "rke2");
  // Docker's, as kubelet is in rke2.
  program("usr/bin/containerd");
  BOOST_TEST(engine() == "rke2");
}

BOOST_AUTO_TEST_CASE(several_are_refused) {
  program("usr/bin/containerd");
  program("usr/local/bin/crio");
  BOOST_TEST(engine() ==
             "this machine has several engines (containerd, crio); name the engine with --engine "
             "NAME");
  make_dirs("var/lib/rancher/k3s/agent/");
  BOOST_TEST(engine() == "k3s");
  write(kConfig, "containerRuntimeEndpoint: unix:///run/containerd/containerd.sock\n");
  BOOST_TEST(engine().starts_with("this machine has several engines (k3s, containerd); "));
}

BOOST_AUTO_TEST_CASE(kubelet_decides) {
  program("usr/bin/containerd");
  program("usr/bin/crio");
  write(kConfig,
        "kind: KubeletConfiguration\n# containerRuntimeEndpoint: unix:///x\n"
        "containerRuntimeEndpoint: \"unix:///var/run/crio/crio.sock\"\n");
  BOOST_TEST(kubelet_endpoint(dir.path()) == "unix:///var/run/crio/crio.sock");
  BOOST_TEST(engine() == "crio");
  // kubeadm writes its option here, and an option is stronger.
  write(kFlags,
        "KUBELET_KUBEADM_ARGS=\"--pod-infra-container-image=x "
        "--container-runtime-endpoint=unix:///run/containerd/containerd.sock\"\n");
  BOOST_TEST(engine() == "containerd");
  write(kFlags,
        "KUBELET_KUBEADM_ARGS=\"--container-runtime-endpoint="
        "unix:///run/cri-dockerd.sock --v=2\"\n");
  BOOST_TEST(engine() ==
             "kubelet uses 'unix:///run/cri-dockerd.sock', which is none of containerd and crio; "
             "name the engine with --engine NAME");
  write(kFlags, "KUBELET_KUBEADM_ARGS=\"\"\n");
  write(kConfig, "containerRuntimeEndpoint: \"\"\n");
  BOOST_TEST(engine().starts_with("this machine has several engines (containerd, crio); "));
}

// The socket of k3s and rke2 is the same.
BOOST_AUTO_TEST_CASE(a_socket_of_k3s_needs_the_directory) {
  write(kConfig, "containerRuntimeEndpoint: unix:///run/k3s/containerd/containerd.sock\n");
  make_dirs("var/lib/rancher/rke2/agent/");
  BOOST_TEST(engine() == "rke2");
  make_dirs("var/lib/rancher/k3s/agent/");
  BOOST_TEST(engine().starts_with("this machine has several engines (k3s, rke2); "));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::install
