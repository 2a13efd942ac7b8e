// Data passed to a filesystem when it is mounted: long options, layers, labels (config.md#mounts).
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

constexpr char kClause[] = "config.md#mounts";

void require_overlay() {
  if (read_file("/proc/filesystems").find("\toverlay\n") == std::string::npos) {
    throw Skipped("the kernel has no overlay");
  }
}

// A tmpfs for the directories of an overlay: some filesystems cannot be a layer.
std::string layer_space(Sandbox& sandbox) {
  require_overlay();
  std::string space = sandbox.path("layers");
  make_dir(space);
  if (::mount("tmpfs", space.c_str(), "tmpfs", 0, "size=4m") != 0) {
    throw Skipped("no tmpfs to be had");
  }
  return space;
}

void away(Sandbox& sandbox) {
  ::umount2(sandbox.path("layers").c_str(), MNT_DETACH);
}

// lowerdir=… of `count` directories with one file each.
std::string lower_option(const std::string& space, int count) {
  std::string option = "lowerdir=";
  for (int i = 0; i < count; ++i) {
    const std::string layer = space + "/" + std::to_string(i) + std::string(20, 'l');
    make_dir(layer);
    write_file(layer + "/file" + std::to_string(i), "");
    option += (i == 0 ? "" : ":") + layer;
  }
  return option;
}

void many_layers(Sandbox& sandbox, int count, size_t at_least) {
  const std::string space = layer_space(sandbox);
  const std::string option = lower_option(space, count);
  expect(option.size() > at_least, "the case is wrong: the option is short");
  Bundle bundle = sandbox.bundle();
  bundle.mount("/merged", "overlay", "overlay", {option, "ro"}).shell("ls /merged | wc -l");
  const Outcome ran = sandbox.run(bundle);
  away(sandbox);
  expect_equal("files of all layers", trimmed(ran.out + ran.err), std::to_string(count));
}

void longer_than_a_value(Sandbox& sandbox) {
  many_layers(sandbox, 10, 256);
}
const Case kValue("mounts/an-option-longer-than-a-value", kClause, longer_than_a_value);

void longer_than_a_page(Sandbox& sandbox) {
  require_kernel(6, 8, "takes the layers of an overlay one by one");
  many_layers(sandbox, 100, 5000);
}
const Case kPage("mounts/an-option-longer-than-a-page", kClause, longer_than_a_page);

// ovl_next_opt of the kernel: an escaped comma (\,) is part of the value.
void escaped_commas(Sandbox& sandbox, const std::string& longer) {
  const std::string space = layer_space(sandbox);
  const std::string made = space + "/a,b" + longer, said = space + "/a\\,b" + longer;
  for (const char* name : {"/l:1,x", "/2", "/up,per", "/work"})
    make_dir(made + name);
  write_file(made + "/l:1,x/one", "of one\n");
  write_file(made + "/2/two", "of two\n");
  Bundle bundle = sandbox.bundle();
  bundle
      .mount("/merged", "overlay", "overlay",
             {"lowerdir=" + said + "/l\\:1\\,x:" + said + "/2,workdir=" + said + "/work",
              "upperdir=" + said + "/up\\,per"})
      .shell("cat /merged/one /merged/two && echo x > /merged/new");
  const Outcome ran = sandbox.run(bundle);
  const bool written = exists(made + "/up,per/new");
  away(sandbox);
  expect_equal("the view inside", ran.out, "of one\nof two\n");
  expect(written, "written data is not in upperdir");
}

void commas(Sandbox& sandbox) {
  escaped_commas(sandbox, "");
}
const Case kCommas("mounts/a-comma-behind-a-backslash-is-part-of-a-path", kClause, commas);

void commas_and_long(Sandbox& sandbox) {
  escaped_commas(sandbox, "/" + std::string(200, 'd'));
}
const Case kLongCommas("mounts/a-comma-behind-a-backslash-in-a-long-value", kClause,
                       commas_and_long);

// shmem_next_opt of the kernel: a part that begins with a digit continues a list of nodes.
void list_of_nodes(Sandbox& sandbox) {
  require_file("/proc/self/numa_maps");
  Bundle bundle = sandbox.bundle();
  bundle.mount("/t", "tmpfs", "tmpfs", {"mpol=bind:0,0,size=64k"});
  const std::string options = sandbox.facts(bundle).mount("/t").super_options;
  expect_contains("options", options, "mpol=bind:0");
  expect_contains("options", options, "size=64k");
}
const Case kNodes("mounts/a-list-of-memory-nodes-is-one-value", kClause, list_of_nodes);

void long_upper(Sandbox& sandbox) {
  const std::string space = layer_space(sandbox);
  const std::string deep = space + "/" + std::string(200, 'd') + "/" + std::string(200, 'e');
  for (const char* name : {"/upper", "/work", "/lower"})
    make_dir(deep + name);
  write_file(deep + "/lower/below", "from below\n");
  Bundle bundle = sandbox.bundle();
  bundle
      .mount("/merged", "overlay", "overlay",
             {"lowerdir=" + deep + "/lower", "upperdir=" + deep + "/upper",
              "workdir=" + deep + "/work", "nosuid", "noatime"})
      .shell("cat /merged/below && echo x > /merged/new && grep ' /merged ' /proc/self/mountinfo");
  const Outcome ran = sandbox.run(bundle);
  const bool written = exists(deep + "/upper/new");
  away(sandbox);
  expect_contains("the view inside", ran.out, "from below\n");
  expect(written, "written data is not in upperdir");
  for (const char* word : {"nosuid", "noatime"})
    expect_contains("the mount", ran.out, word);
  expect_equal("lines of mountinfo", lines(ran.out).size(), 2U);
}
const Case kUpper("mounts/long-values-beside-other-options", kClause, long_upper);

void label_without_selinux(Sandbox& sandbox) {
  if (exists("/sys/fs/selinux/enforce")) throw Skipped("SELinux is on");
  Bundle bundle = sandbox.bundle();
  bundle.mount("/t", "tmpfs", "tmpfs");
  expect_refusal(sandbox, bundle, {"linux.mountLabel", {"selinux", "context", "label"}},
                 [](Bundle& spoilt) {
                   spoilt.set("/linux/mountLabel", "system_u:object_r:container_file_t:s0");
                 });
}
const Case kLabelOff("selinux/a-mount-label-where-it-is-off-is-refused",
                     "config-linux.md#mount-label", label_without_selinux);

void label(Sandbox& sandbox) {
  require_file("/sys/fs/selinux/enforce");
  const std::string wanted = "system_u:object_r:container_file_t:s0:c1,c2";
  Bundle bundle = sandbox.bundle();
  bundle.mount("/t", "tmpfs", "tmpfs", {"mode=755"}).set("/linux/mountLabel", wanted);
  const Facts facts = sandbox.facts(bundle);
  expect_contains("file system options", facts.mount("/t").super_options, wanted);
  expect_lacks("options of /proc", facts.mount("/proc").super_options, "context=");
}
const Case kLabel("selinux/a-mount-label-is-the-context-of-what-is-made",
                  "config-linux.md#mount-label", label);

}  // namespace
}  // namespace oci::conformance
